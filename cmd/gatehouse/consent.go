package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

func newConsent(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "Manage the consents of users",
	}
	cmd.AddCommand(newConsentList(env), newConsentWithdraw(env))
	return cmd
}

type consentView struct {
	ClientID   string    `json:"client_id"`
	ClientName string    `json:"client_name"`
	Scopes     []string  `json:"scopes"`
	Claims     []string  `json:"claims"`
	Audience   []string  `json:"audience"`
	UpdatedAt  time.Time `json:"updated_at"`
}

func newConsentList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list USERNAME",
		Short:   "List the remembered consents of a user",
		Example: "  gatehouse consent list alice --json",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		remembered, err := h.consents.List(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		views := []consentView{}
		out := table{header: []string{"CLIENT ID", "NAME", "SCOPES", "CLAIMS", "AUDIENCE", "SINCE"}, empty: "Nothing is remembered for " + u.Username + "."}
		for _, c := range remembered {
			for _, a := range c.Agreements() {
				views = append(views, consentView{c.ClientID, c.ClientName, orEmpty(a.Scopes), orEmpty(a.Claims), orEmpty(a.Audience), c.UpdatedAt})
				out.add(c.ClientID, c.ClientName, strings.Join(a.Scopes, " "), strings.Join(a.Claims, " "), strings.Join(a.Audience, " "), when(c.UpdatedAt))
			}
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newConsentWithdraw(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw USERNAME CLIENT_ID",
		Short: "Withdraw a user's consent for a client, and revoke everything issued under it",
		Long: `Ends every access and refresh token that the client has for the user, at once, and asks
the user again the next time.`,
		Example: "  gatehouse consent withdraw alice shop",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(usernames, clientIDs),
		RunE: env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
			u, err := h.user(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if _, err := h.store.Client(cmd.Context(), args[1]); err != nil {
				return about("client", args[1], err)
			}
			err = h.consents.Withdraw(cmd.Context(), env.actor(), u.ID, args[1])
			if errors.Is(err, provider.ErrNotFound) {
				return fmt.Errorf("%s has nothing of %s: there is neither a consent nor a token to end", args[1], u.Username)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(env.Out, "withdrew what %s agreed to for %s\n", u.Username, args[1])
			return err
		}),
	}
}
