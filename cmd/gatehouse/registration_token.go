package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

func newRegistrationToken(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "registration-token",
		Short: "Let applications register themselves",
		Long: `An initial access token lets an application register itself as a client (RFC 7591), where
GATEHOUSE_CLIENT_REGISTRATION is token or open. It says how many may register, until when, and what
they may have. "gatehouse client list --trust unverified" shows who did.`,
	}
	cmd.AddCommand(newRegistrationTokenCreate(env), newRegistrationTokenList(env), newRegistrationTokenRevoke(env))
	return cmd
}

type registrationTokenView struct {
	ID            string     `json:"id"`
	Label         string     `json:"label"`
	Scopes        []string   `json:"scopes"`
	RedirectHosts []string   `json:"redirect_hosts"`
	Audience      []string   `json:"audience"`
	Verified      bool       `json:"verified"`
	MaxUses       int        `json:"max_uses"`
	Used          int        `json:"used"`
	CreatedAt     time.Time  `json:"created_at"`
	ExpiresAt     time.Time  `json:"expires_at"`
	RevokedAt     *time.Time `json:"revoked_at"`
	Token         string     `json:"token,omitempty"`
}

func registrationTokenViewOf(t registration.InitialToken) registrationTokenView {
	return registrationTokenView{
		t.ID.String(), t.Label, orEmpty(t.Scopes), orEmpty(t.Hosts), orEmpty(t.Audience), t.Vouches, t.MaxUses, t.Used, t.CreatedAt, t.ExpiresAt, t.RevokedAt, "",
	}
}

// uses is how many clients have registered, of how many that may.
func (v registrationTokenView) uses() string {
	if v.MaxUses == 0 {
		return strconv.Itoa(v.Used) + " of any number"
	}
	return strconv.Itoa(v.Used) + " of " + strconv.Itoa(v.MaxUses)
}

func (v registrationTokenView) ends() string {
	if v.RevokedAt != nil {
		return "revoked " + when(*v.RevokedAt)
	}
	return when(v.ExpiresAt)
}

func newRegistrationTokenCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create [LABEL]",
		Short: "Make a token by which applications register themselves",
		Long:  "Shows the token once. Without --scope and --audience its clients may have what the settings say.",
		Example: `  gatehouse registration-token create "Web shop of ACME" \
      --uses 1 --redirect-host shop.acme.example
  gatehouse registration-token create --lifetime 720h \
      --scope openid --scope orders:read --verified`,
		Args: cobra.MaximumNArgs(1),
	}
	var t registration.InitialToken
	flags := cmd.Flags()
	flags.StringArrayVar(&t.Scopes, "scope", nil, "scope that its clients may have (repeatable; default: GATEHOUSE_CLIENT_REGISTRATION_SCOPES)")
	flags.StringArrayVar(&t.Audience, "audience", nil, "audience of their tokens (repeatable; default: those of the settings)")
	flags.StringArrayVar(&t.Hosts, "redirect-host", nil, "host that their redirect, login and logout URIs must have (repeatable; default: any)")
	flags.IntVar(&t.MaxUses, "uses", 1, "how many clients may register; 0: any number")
	flags.BoolVar(&t.Vouches, "verified", false, "you vouch for its clients: their users are not told that nobody does")
	lifetime := flags.Duration("lifetime", registration.DefaultLifetime, "how long it is valid")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if *lifetime == 0 { // would be the default
			return fmt.Errorf("registration token: --lifetime %s", registration.LifetimeFault())
		}
		t.Label, t.Scopes = strings.Join(args, ""), words(t.Scopes)
		made, text, err := h.initialTokens.Create(cmd.Context(), env.actor(), t, *lifetime)
		if err != nil {
			return fmt.Errorf("registration token: %w", err)
		}
		v := registrationTokenViewOf(made)
		v.Token = text
		if *asJSON {
			return printJSON(env.Out, v)
		}
		if err := facts(env.Out, "id", v.ID, "label", v.Label, "clients", v.uses(), "expires", v.ends(), "token", v.Token); err != nil {
			return err
		}
		if h.config.clientRegistrationMode() == registration.Off {
			return env.say("No client can register now: set GATEHOUSE_CLIENT_REGISTRATION=token for the servers.")
		}
		return env.say(shownOnce)
	})
	return cmd
}

func newRegistrationTokenList(env *environment) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the tokens", Example: "  gatehouse registration-token list --json", Args: cobra.NoArgs}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		views := []registrationTokenView{}
		out := table{header: []string{"ID", "LABEL", "CLIENTS", "ENDS"}, empty: "No tokens yet. Make one with: gatehouse registration-token create"}
		err := eachByID(cmd.Context(), h.initialTokens.List, func(t registration.InitialToken) provider.ID {
			v := registrationTokenViewOf(t)
			views = append(views, v)
			out.add(v.ID, v.Label, v.uses(), v.ends())
			return t.ID
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

func newRegistrationTokenRevoke(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "revoke ID", Short: "End a token", Long: "No client can register with it any more. Those that did stay.",
		Example: "  gatehouse registration-token revoke 01900000-0000-7000-8000-000000000000", Args: cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id, err := provider.ParseID(args[0])
		if err != nil {
			return aboutListed("registration token", args[0], "registration-token list", provider.ErrNotFound)
		}
		if err := h.initialTokens.Revoke(cmd.Context(), env.actor(), id); err != nil {
			if errors.Is(err, provider.ErrNotFound) {
				return fmt.Errorf("registration token %q: %w, or revoked already (gatehouse registration-token list shows what there is)", args[0], provider.ErrNotFound)
			}
			return about("registration token", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"id": id.String(), "revoked": true})
		}
		return env.say("revoked %s", id)
	})
	return cmd
}
