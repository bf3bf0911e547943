package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the clients",
		Example: "  gatehouse client list\n  gatehouse client list --json\n  gatehouse client list --trust unverified",
		Args:    cobra.NoArgs,
	}
	trust := cmd.Flags().String("trust", "", "only those of one kind: operator, unverified or verified (the latter two registered themselves)")
	completeFlag(cmd, "trust", []string{string(client.Operator), string(client.Unverified), string(client.Verified)})
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		views := []clientView{}
		out := table{
			header: []string{"CLIENT ID", "NAME", "TYPE", "AUTH METHOD", "GRANT TYPES", "RESTRICTED", "DISABLED"},
			empty: "No clients yet. Register one, such as:\n" +
				"  gatehouse client create \"Web shop\" shop --redirect-uri https://shop.example.com/callback\n" +
				"  gatehouse client create \"Billing\" billing --grant-type client_credentials --scope invoices:read",
		}
		if *trust != "" && !slices.Contains(client.Trusts(), client.Trust(*trust)) {
			return fmt.Errorf("--trust %q must be operator, unverified or verified", *trust)
		}
		if *trust != "" {
			out.empty = "No such clients."
		}
		err := eachClient(cmd.Context(), h.store, client.Trust(*trust), func(c *client.Client) {
			views = append(views, viewOf(c))
			out.add(c.ID, c.Name, string(c.Type), provesBy(c), grantTypes(c), yesNo(c.Restricted), yesNo(c.Disabled))
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

// eachClient visits the clients of one kind; empty: all.
func eachClient(ctx context.Context, lister client.Lister, trust client.Trust, visit func(*client.Client)) error {
	return eachOf("", func(after string, limit int) ([]*client.Client, error) {
		return lister.Clients(ctx, trust, after, limit)
	}, func(c *client.Client) string {
		visit(c)
		return c.ID
	})
}
