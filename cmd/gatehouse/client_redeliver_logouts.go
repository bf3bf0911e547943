package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

func newClientRedeliverLogouts(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redeliver-logouts ID [LOGOUT_ID]",
		Short: "Tell a client of sign-outs again",
		Long:  "Sends one sign-out that failed again, or one that waits for its next attempt at once, or all that failed since a time.",
		Example: `  gatehouse client redeliver-logouts shop 01900000-0000-7000-8000-000000000000
  gatehouse client redeliver-logouts shop --failed-since 48h`,
		ValidArgsFunction: env.complete(clientIDs),
	}
	redelivery{
		list: "gatehouse client logouts",
		receiver: func(cmd *cobra.Command, h *instance, id string) error {
			if _, err := h.store.Client(cmd.Context(), id); err != nil {
				return about("client", id, err)
			}
			return nil
		},
		one: func(cmd *cobra.Command, h *instance, id string, delivery provider.ID) error {
			return h.logouts.Redeliver(cmd.Context(), env.actor(), id, delivery)
		},
		failed: func(cmd *cobra.Command, h *instance, id string, since time.Time) (int64, error) {
			return h.logouts.RedeliverFailed(cmd.Context(), env.actor(), id, since)
		},
	}.of(env, cmd)
	return cmd
}
