package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func newConsentCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create USERNAME CLIENT_ID",
		Short: "Agree to something for a user",
		Long: `Remembers that a user agrees that a client has access, as if the user had been asked: for an
organization that has the agreement of its members. It is added to what the user agreed to before.`,
		Example: `  gatehouse consent create alice shop --scope openid --scope email
  gatehouse consent create alice billing --scope invoices:read \
      --audience https://api.example.com`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(usernames, clientIDs),
	}
	var agreed consent.Agreement
	cmd.Flags().StringArrayVar(&agreed.Scopes, "scope", nil, "scope that the client is registered for (repeatable)")
	cmd.Flags().StringArrayVar(&agreed.Audience, "audience", nil, "resource that the access is for (repeatable); without it none in particular")
	env.completeFlagBy(cmd, "scope", scopeNames)
	_ = cmd.MarkFlagRequired("scope")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if err := h.consents.Create(cmd.Context(), env.actor(), u.ID, args[1], agreed); err != nil {
			return about("client", args[1], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{
				"consent_id": consent.ID(u.ID, args[1]), "user_id": u.ID.String(), "username": u.Username, "client_id": args[1],
				"scopes": orEmpty(agreed.Scopes), "audience": orEmpty(agreed.Audience),
			})
		}
		return env.say("%s agrees to %s for %s", u.Username, strings.Join(agreed.Scopes, " "), args[1])
	})
	return cmd
}
