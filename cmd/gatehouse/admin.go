package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/firstadmin"
)

func newAdmin(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Make the first administrator of a new installation",
		Long: `Administrators are users with the role admin. "user create NAME --role admin" makes one at any
time; "admin invite" makes an address for the first one, who then chooses a password or a
passkey in a browser.`,
	}
	cmd.AddCommand(newAdminInvite(env))
	return cmd
}

type adminInvitationView struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

func newAdminInvite(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Make an address at which the first administrator is made",
		Long: `Prints an address at which whoever opens it makes the first administrator, once and within 15
minutes. It replaces an earlier one, such as that in the log of the server.

There is none once a user has had the role admin, even if that user was deleted or has lost the
role since. GATEHOUSE_ISSUER must be set here as it is for the server.`,
		Example: "  gatehouse admin invite\n  gatehouse admin invite --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		if h.config.Issuer == "" {
			return errors.New("GATEHOUSE_ISSUER must be set as it is for the server: the address begins with it")
		}
		address, expires, err := h.first.Invite(cmd.Context(), env.actor())
		if errors.Is(err, firstadmin.ErrEnded) {
			return errors.New("there is an administrator, or there was one: \"gatehouse user create NAME --role admin\" makes another")
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, adminInvitationView{address, expires})
		}
		if err := env.say("open this address until %s, once, to make the first administrator:", when(expires)); err != nil {
			return err
		}
		return env.say("%s", address)
	})
	return cmd
}

// Whether a server writes the address of the first administrator to its log.
const (
	firstAdministratorLog = "log"
	firstAdministratorOff = "off"
)

func (c *config) validateFirstAdministrator() error {
	if c.FirstAdministrator != firstAdministratorLog && c.FirstAdministrator != firstAdministratorOff {
		return fmt.Errorf("%s %q must be %s or %s", c.named("first_administrator"), c.FirstAdministrator, firstAdministratorLog, firstAdministratorOff)
	}
	return nil
}

// inviteFirst writes the address of the first administrator to the log of a new installation: the one secret that is
// written there, which is worth something once and for minutes. Where there are users it says how to get one, and nothing
// where there is an administrator, or was one. The demo data have one.
func (h *instance) inviteFirst(ctx context.Context, log *slog.Logger) error {
	if h.config.publicSecrets() || h.config.FirstAdministrator == firstAdministratorOff {
		return nil
	}
	address, expires, err := h.first.InviteOnce(ctx, audit.BackgroundJob("start"))
	switch {
	case errors.Is(err, firstadmin.ErrEnded):
		return nil
	case errors.Is(err, firstadmin.ErrUsers):
		log.InfoContext(ctx, "there is no administrator: run \"gatehouse admin invite\" to make one in a browser")
		return nil
	case errors.Is(err, firstadmin.ErrOpen):
		log.WarnContext(ctx, "there is no administrator yet: the address to make one is in the log of the server that started before, or run \"gatehouse admin invite\"")
		return nil
	case err != nil:
		return err
	}
	log.WarnContext(ctx, "there is no administrator yet: open the address, once, to make the first one", "address", address, "expires_at", expires.Format(time.RFC3339), "later", "gatehouse admin invite")
	return nil
}
