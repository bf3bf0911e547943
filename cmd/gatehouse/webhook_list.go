package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

func newWebhookList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the webhooks", Example: "  gatehouse webhook list --json", Args: cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		views := []webhookView{}
		out := table{
			header: []string{"ID", "URL", "EVENTS", "STATE", "CREATED"},
			empty:  "No webhooks yet. Add one with: gatehouse webhook create URL",
		}
		err := eachByID(cmd.Context(), h.webhooks.List, func(e webhook.Endpoint) provider.ID {
			v := webhookViewOf(e)
			views = append(views, v)
			out.add(v.ID, v.URL, v.events(), v.state(), when(v.CreatedAt))
			return e.ID
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

func newWebhookGet(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get ID", Aliases: []string{"show"}, Short: "Show one webhook", Example: "  gatehouse webhook get 01900000-0000-7000-8000-000000000000 --json",
		Args: cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id, err := webhookID(args[0])
		if err != nil {
			return err
		}
		e, err := h.webhooks.Get(cmd.Context(), id)
		if err != nil {
			return aboutWebhook(args[0], err)
		}
		return env.printWebhook(webhookViewOf(e), *asJSON)
	})
	return cmd
}

func newWebhookEvents(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "events", Short: "List the events that can be sent", Example: "  gatehouse webhook events", Args: cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		if *asJSON {
			return printJSON(env.Out, webhook.Types())
		}
		for _, name := range webhook.Types() {
			if _, err := fmt.Fprintln(env.Out, name); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}
