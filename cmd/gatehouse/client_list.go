package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the clients",
		Example: "  gatehouse client list\n  gatehouse client list --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		views := []clientView{}
		out := table{
			header: []string{"CLIENT ID", "NAME", "TYPE", "AUTH METHOD", "GRANT TYPES", "RESTRICTED", "DISABLED"},
			empty: "No clients yet. Register one, such as:\n" +
				"  gatehouse client create \"Web shop\" shop --redirect-uri https://shop.example.com/callback\n" +
				"  gatehouse client create \"Billing\" billing --grant-type client_credentials --scope invoices:read",
		}
		err := eachClient(cmd.Context(), h.store, func(c *client.Client) {
			views = append(views, viewOf(c))
			out.add(c.ID, c.Name, string(c.Type), provesBy(c), grantTypes(c), yesNo(c.Restricted), yesNo(c.Disabled))
		})
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func eachClient(ctx context.Context, lister client.Lister, visit func(*client.Client)) error {
	return eachOf("", func(after string, limit int) ([]*client.Client, error) {
		return lister.Clients(ctx, after, limit)
	}, func(c *client.Client) string {
		visit(c)
		return c.ID
	})
}
