package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

func newWebhookCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create URL",
		Short: "Have events sent to a URL",
		Long: `Shows the secret that verifies the messages, once. The URL is https; hosts in private networks, and
http to them, must be in GATEHOUSE_OUTBOUND_ALLOW (with --dev, this machine is).`,
		Example: `  gatehouse webhook create https://crm.example.com/events \
      --event user.created --event user.deleted
  gatehouse webhook create https://siem.example.com/gatehouse \
      --description "Everything, for security"`,
		Args: cobra.ExactArgs(1),
	}
	var f webhookFlags
	f.register(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		e := webhook.Endpoint{URL: args[0]}
		if err := f.apply(cmd, &e); err != nil {
			return err
		}
		e, secret, err := h.webhooks.Create(cmd.Context(), env.actor(), e)
		if err != nil {
			return aboutWebhook(args[0], err)
		}
		v := webhookViewOf(e)
		v.Secret = secret
		if err := env.printWebhook(v, *asJSON); err != nil || *asJSON {
			return err
		}
		_, err = fmt.Fprintln(env.Out, shownOnce)
		return err
	})
	return cmd
}

func newWebhookUpdate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "update ID",
		Short: "Change where events are sent, or which",
		Long:  "Changes what the flags name and leaves the rest. The secret stays.",
		Example: `  gatehouse webhook update 01900000-0000-7000-8000-000000000000 \
      --url https://crm.example.com/v2/events
  gatehouse webhook update 01900000-0000-7000-8000-000000000000 \
      --event user.created --event user.updated
  gatehouse webhook update 01900000-0000-7000-8000-000000000000 --all-events`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(webhookIDs),
	}
	var f webhookFlags
	f.register(cmd)
	url := cmd.Flags().String("url", "", "where events are sent")
	all := cmd.Flags().Bool("all-events", false, "send all events")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		flags := cmd.Flags()
		switch {
		case flags.Changed("event") && *all:
			return errors.New("give --event or --all-events, but not both")
		case !flags.Changed("url") && !flags.Changed("description") && !flags.Changed("event") && !*all:
			return errors.New("nothing was changed: say what to change by flags, see gatehouse webhook update --help")
		}
		return env.changeWebhook(cmd, h, args[0], *asJSON, func(e *webhook.Endpoint) error {
			if flags.Changed("url") {
				e.URL = *url
			}
			if *all {
				e.Types = nil
			}
			return f.apply(cmd, e)
		})
	})
	return cmd
}

func newWebhookSwitch(env *environment, disabled bool) *cobra.Command {
	cmd := &cobra.Command{Args: cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs)}
	if disabled {
		cmd.Use, cmd.Short = "disable ID", "Send nothing to a webhook"
		cmd.Long = "What happens meanwhile is not sent later. What waits to be sent waits until it is enabled."
	} else {
		cmd.Use, cmd.Short = "enable ID", "Send to a webhook that was disabled"
		cmd.Long = `Servers disable a webhook that has failed for five days, or that responded with 410 Gone. What had
failed until then is sent with "gatehouse webhook redeliver ID --failed-since".`
	}
	cmd.Example = "  gatehouse webhook " + cmd.Name() + " 01900000-0000-7000-8000-000000000000"
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		return env.changeWebhook(cmd, h, args[0], *asJSON, func(e *webhook.Endpoint) error {
			e.Disabled = disabled
			return nil
		})
	})
	return cmd
}

func (e *environment) changeWebhook(cmd *cobra.Command, h *instance, name string, asJSON bool, change func(e *webhook.Endpoint) error) error {
	id, err := webhookID(name)
	if err != nil {
		return err
	}
	changed, err := h.webhooks.Change(cmd.Context(), e.actor(), id, change)
	if err != nil {
		return aboutWebhook(name, err)
	}
	return e.printWebhook(webhookViewOf(changed), asJSON)
}

func newWebhookDelete(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: "Delete a webhook; what was not sent yet is not sent",
		Long: `Deletes the webhook with its secrets. "webhook disable" keeps it.

` + fmt.Sprintf(asksPeople, "yes"),
		Example: "  gatehouse webhook delete 01900000-0000-7000-8000-000000000000\n  gatehouse webhook delete 01900000-0000-7000-8000-000000000000 --yes",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs),
	}
	yes := addYes(cmd)
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
		if err := env.confirmNamed(cmd.Context(), *yes, "Delete the webhook to "+e.URL+", and send nothing more to it?", "yes"); err != nil {
			return err
		}
		if err := h.webhooks.Delete(cmd.Context(), env.actor(), id); err != nil {
			return aboutWebhook(args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"id": id.String(), "deleted": true})
		}
		return env.say("deleted %s", id)
	})
	return cmd
}

func newWebhookRotateSecret(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate-secret ID",
		Short: "Give a webhook a new secret",
		Long: `Makes a new secret and shows it once. For --overlap messages have a signature by each secret, so that
the receiver can be changed without a loss; --overlap 0s ends the old ones at once.`,
		Example: `  gatehouse webhook rotate-secret 01900000-0000-7000-8000-000000000000
  gatehouse webhook rotate-secret 01900000-0000-7000-8000-000000000000 \
      --overlap 0s  # the old one has leaked`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs),
	}
	overlap := cmd.Flags().Duration("overlap", 24*time.Hour, "how long the old secrets go on signing")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id, err := webhookID(args[0])
		if err != nil {
			return err
		}
		secret, err := h.webhooks.RotateSecret(cmd.Context(), env.actor(), id, *overlap)
		switch {
		case err != nil:
			return aboutWebhook(args[0], err)
		case *asJSON:
			return printJSON(env.Out, map[string]any{"id": id.String(), "secret": secret, "overlap_seconds": int64(*overlap / time.Second)})
		}
		ends := "now"
		if *overlap > 0 {
			ends = "in " + short(*overlap)
		}
		if err := facts(env.Out, "id", id.String(), "secret", secret, "old secrets end", ends); err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.Out, shownOnce)
		return err
	})
	return cmd
}
