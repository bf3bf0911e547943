package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/browser"
	"github.com/gatehouse-id/gatehouse/handlers/ownaccount"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/picture"
	"github.com/gatehouse-id/gatehouse/storage"
)

// ownAccount are the pages on which people see and change their own account.
func (h *instance) ownAccount(web *websession.Sessions, set *pages.Set) *ownaccount.OwnAccount {
	c := h.config
	return ownaccount.New(ownaccount.Config{
		Issuer: c.Issuer, Profiles: h.people, Recovery: h.people, Deletion: h.people, Sessions: h.sessions, Apps: h.apps, Scopes: h.catalogue, Store: h.store,
		Factors: h.factors, Passkeys: h.passkeys, Demands: h.demands,
		Pictures: picture.NewRegistry(h.store, c.Issuer, web.Clock, web.Random), Receipts: connected.NewReceipts(h.store, h.keys, c.Issuer, web.Clock),
		Logo: browser.LogoPath, Policy: h.people.Policy(), Grace: c.deletionGrace(), AuthorizePath: c.paths().Authorization, LogoutPath: c.paths().EndSession,
		Web: web, Pages: set, Clock: web.Clock,
	})
}

// deletionGrace is how long people can keep an account that they wanted deleted; 0: they cannot have it deleted.
func (c *config) deletionGrace() time.Duration {
	if c.AccountDeletion == "off" {
		return 0
	}
	return c.AccountDeletionGrace
}

func (c *config) validateDeletion() error {
	if c.AccountDeletion != "on" && c.AccountDeletion != "off" {
		return fmt.Errorf("%s %q must be on or off", c.named("account_deletion"), c.AccountDeletion)
	}
	if c.AccountDeletionGrace < time.Hour || c.AccountDeletionGrace > account.MaxGrace {
		return fmt.Errorf("%s %s must be an hour at least and 8760h (a year) at most", c.named("account_deletion_grace"), c.AccountDeletionGrace)
	}
	return nil
}

// deletionJob deletes the accounts whose time has come.
func (h *instance) deletionJob(m *metrics.Jobs) storage.Job {
	return storage.Job{Name: "account-deletion", Every: time.Minute, Lease: 5 * time.Minute, Work: func(ctx context.Context) error {
		deleted, err := h.users.DeleteDue(ctx)
		m.Removed("users", deleted)
		return err
	}}
}
