package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func newConsent(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "Look after what people let applications do",
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
		Short:   "List what a user agreed to and wanted remembered",
		Example: "  gatehouse consent list alice --json",
		Args:    cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.inHouse(func(cmd *cobra.Command, h *house, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		remembered, err := h.store.Consents(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		views := []consentView{}
		out := table{header: []string{"CLIENT ID", "NAME", "SCOPES", "CLAIMS", "AUDIENCE", "SINCE"}, empty: "Nothing is remembered for " + u.Username + "."}
		for _, r := range remembered {
			views = append(views, consentView{r.ClientID, r.ClientName, orEmpty(r.Scopes), orEmpty(r.Claims), orEmpty(r.Audience), r.UpdatedAt})
			out.add(r.ClientID, r.ClientName, strings.Join(r.Scopes, " "), strings.Join(r.Claims, " "), strings.Join(r.Audience, " "), when(r.UpdatedAt))
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
		Short: "Forget what a user agreed to for a client, and end all that was issued under it",
		Long: `Ends every access and refresh token that the client has for the user, at once, and asks
the user again the next time.`,
		Example: "  gatehouse consent withdraw alice shop",
		Args:    cobra.ExactArgs(2),
		RunE: env.inHouse(func(cmd *cobra.Command, h *house, args []string) error {
			u, err := h.user(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := h.store.WithdrawConsent(cmd.Context(), u.ID, args[1], env.clock.Now(cmd.Context())); err != nil {
				return fmt.Errorf("consent of %q for %q: %w", args[0], args[1], err)
			}
			_, err = fmt.Fprintf(env.Out, "withdrew what %s agreed to for %s\n", u.Username, args[1])
			return err
		}),
	}
}
