package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// factorsView are the second factors of a user, with the names that the management API has.
type factorsView struct {
	ID            string             `json:"id"`
	Username      string             `json:"username"`
	Kinds         []string           `json:"kinds"`
	TOTP          *appView           `json:"totp,omitempty"`
	Mail          *appView           `json:"mail,omitempty"`
	RecoveryCodes *recoveryCodesView `json:"recovery_codes,omitempty"`
	Passkeys      []passkeyView      `json:"passkeys"`
	DueAt         *time.Time         `json:"due_at,omitempty"`
}

type appView struct {
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

// String is empty for a factor that is not there.
func (a *appView) String() string {
	switch {
	case a == nil:
		return ""
	case a.UsedAt == nil:
		return "since " + when(a.CreatedAt) + ", not used since"
	default:
		return "since " + when(a.CreatedAt) + ", last used " + when(*a.UsedAt)
	}
}

type recoveryCodesView struct {
	Left      int       `json:"left"`
	CreatedAt time.Time `json:"created_at"`
}

func factorsViewOf(u *account.User, of factor.Factors, passkeys []*passkey.Passkey) factorsView {
	v := factorsView{ID: u.ID.String(), Username: u.Username, Kinds: orEmpty(u.Factors), Passkeys: passkeyViews(passkeys), DueAt: u.FactorsDueAt}
	if of.TOTP != nil {
		v.TOTP = &appView{of.TOTP.CreatedAt, of.TOTP.UsedAt}
	}
	if of.Mail != nil {
		v.Mail = &appView{of.Mail.CreatedAt, of.Mail.UsedAt}
	}
	if !of.RecoveryCodesMade.IsZero() {
		v.RecoveryCodes = &recoveryCodesView{of.RecoveryCodes, of.RecoveryCodesMade}
	}
	return v
}

func newUserFactors(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "factors USERNAME", Short: "Show the second factors of a user",
		Long:    "Shows what there is, since when, and when it was last used. Secrets and codes are shown to nobody.",
		Example: "  gatehouse user factors alice\n  gatehouse user factors alice --json", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		of, err := h.factors.Of(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		passkeys, err := h.passkeys.Of(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		v := factorsViewOf(u, of, passkeys)
		if *asJSON {
			return printJSON(env.Out, v)
		}
		return env.printFactors(v)
	})
	return cmd
}

func (e *environment) printFactors(v factorsView) error {
	if len(v.Kinds) == 0 {
		if v.DueAt != nil {
			return e.say("%s has no second factor, and must have one after %s", v.Username, when(*v.DueAt))
		}
		return e.say("%s has no second factor", v.Username)
	}
	var codes string
	if v.RecoveryCodes != nil {
		codes = fmt.Sprintf("%d left, made %s", v.RecoveryCodes.Left, when(v.RecoveryCodes.CreatedAt))
	}
	if err := facts(e.Out, "ID", v.ID, "Username", v.Username, "Kinds", strings.Join(v.Kinds, " "), "Authenticator app", v.TOTP.String(), "Codes by mail", v.Mail.String(), "Recovery codes", codes); err != nil {
		return err
	}
	return printPasskeys(e.Out, v.Passkeys)
}

func newUserResetFactors(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "reset-factors USERNAME", Short: "Remove all second factors of a user who has lost them",
		Long: `Removes the second factors of every kind and the recovery codes, and ends all sessions of the
user, who is told. From then on the password alone is asked for, until the user sets up another
factor: make sure that it is the user who asks.

` + fmt.Sprintf(asksPeople, "the user name"),
		Example: "  gatehouse user reset-factors alice\n  gatehouse user reset-factors alice --yes", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	yes := addYes(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		who := u.Username // what was given may be an id
		if u.Email != "" {
			who += " (" + u.Email + ")"
		}
		if len(u.Factors) > 0 {
			if err := env.confirmNamed(cmd.Context(), *yes, "Remove all second factors of "+who+", and end their sessions?", u.Username); err != nil {
				return err
			}
		}
		if err := h.factors.Reset(cmd.Context(), env.actor(), u.ID); err != nil {
			return about("user", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"id": u.ID.String(), "username": u.Username, "factors_removed": orEmpty(u.Factors)})
		}
		if len(u.Factors) == 0 {
			return env.say("%s has no second factor", u.Username)
		}
		return env.say("removed from %s: %s", u.Username, strings.Join(u.Factors, ", "))
	})
	return cmd
}
