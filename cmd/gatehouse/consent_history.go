package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

func newConsentHistory(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history USERNAME CLIENT_ID",
		Short: "Show what a user agreed to for a client, when, from where, and how it ended",
		Long: `Shows the records of the audit log about it, the newest first, for as long as those are kept: also of
a consent that was withdrawn.`,
		Example:           "  gatehouse consent history alice shop\n  gatehouse consent history alice shop --json",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(usernames, clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		const page = 200
		views := []auditView{}
		out := table{header: []string{"TIME", "ACTION", "BY", "ADDRESS", "CHANGES"}, empty: "Nothing is recorded of " + u.Username + " and " + args[1] + "."}
		for before := (provider.ID{}); ; {
			records, err := h.consents.History(cmd.Context(), u.ID, args[1], before, page)
			if err != nil {
				return err
			}
			for _, r := range records {
				views = append(views, viewRecord(r))
				out.add(when(r.At), string(r.Action), by(r.Actor), r.Actor.Address, summary(r.Changes))
				before = r.ID
			}
			if len(records) < page {
				break
			}
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}
