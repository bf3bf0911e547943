package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

const consentsPath = Path + "/consents"

// consents are what users agreed to and wanted remembered.
type consents interface {
	List(ctx context.Context, of consent.Filter, limit int) ([]consent.ClientConsent, error)
	Get(ctx context.Context, userID provider.ID, clientID string) (consent.ClientConsent, error)
	Withdraw(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error
}

// consentsPage is their list.
type consentsPage struct {
	shell
	accessFilter

	Consents []listedConsent
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// listedConsent is a consent with its id.
type listedConsent struct {
	consent.ClientConsent

	ID string
}

func (c *Console) serveConsents(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := consentsPage{shell: c.shell(w, r, v, consentsPath)}
	var err error
	if page.accessFilter, err = c.accessFilter(r); err != nil {
		return err
	}
	of := consent.Filter{UserID: page.userID, ClientID: page.Client}
	if position := r.URL.Query().Get("after"); position != "" {
		if of.AfterUser, of.AfterClient, err = consent.ParseID(position); err != nil {
			return noPage(r)
		}
	}
	var list []consent.ClientConsent
	if !page.NoUser {
		if list, err = c.Consents.List(r.Context(), of, listed+1); err != nil {
			return err
		}
	}
	if len(list) > listed {
		list = list[:listed]
		last := list[listed-1]
		page.Next = wire.Path(consentsPath, url.Values{"client": {page.Client}, "user": {page.User}, "after": {consent.ID(last.UserID, last.ClientID)}})
	}
	for _, one := range list {
		page.Consents = append(page.Consents, listedConsent{one, consent.ID(one.UserID, one.ClientID)})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "consents", page, r.URL.RequestURI())
}

// serveConsentWithdrawal has an application ask a user again, and ends what was issued to it for the user.
func (c *Console) serveConsentWithdrawal(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	user, client, err := consent.ParseID(mux.Vars(r)["consent_id"])
	if err != nil {
		return noPage(r)
	}
	agreed, err := c.Consents.Get(r.Context(), user, client)
	if err != nil {
		return found(r, err)
	}
	back := accessFilter{Client: trimmed(form, "client"), User: trimmed(form, "user")}
	yes, err := c.confirmed(w, r, v, form, confirmation{
		shell: shell{Current: consentsPath}, Kind: "withdraw_consent", Name: agreed.Username + " · " + agreed.ClientName, Back: back.path(consentsPath),
		With: url.Values{"client": {back.Client}, "user": {back.User}},
	})
	if !yes {
		return err
	}
	if err := c.Consents.Withdraw(r.Context(), v.actor, user, client); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return c.done(w, r, back.path(consentsPath), said{Done: "consent_withdrawn", About: agreed.Username})
}
