package main

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type deliveryView struct {
	ID        string          `json:"id"`
	EventID   string          `json:"event_id"`
	Type      string          `json:"type"`
	State     webhook.State   `json:"state"`
	CreatedAt time.Time       `json:"created_at"`
	NextAt    *time.Time      `json:"next_at"`
	Payload   json.RawMessage `json:"payload"`
	Attempts  []attemptView   `json:"attempts"`
}

type attemptView struct {
	At     time.Time `json:"at"`
	TookMS int64     `json:"took_ms"`
	Status int       `json:"status"`
	Error  string    `json:"error"`
}

func deliveryViewOf(d webhook.Delivery) deliveryView {
	v := deliveryView{ID: d.ID.String(), EventID: d.EventID.String(), Type: d.Type, State: d.State, CreatedAt: d.CreatedAt, Payload: d.Body, Attempts: []attemptView{}}
	if d.State == webhook.Pending {
		v.NextAt = &d.NextAt
	}
	for _, a := range d.Attempts {
		v.Attempts = append(v.Attempts, attemptView{a.At, a.Took.Milliseconds(), a.Status, a.Error})
	}
	return v
}

// last is what became of the last attempt: the status of the response, or why there was none.
func (v *deliveryView) last() string {
	if len(v.Attempts) == 0 {
		return "none"
	}
	a := v.Attempts[len(v.Attempts)-1]
	if a.Status == 0 {
		return a.Error
	}
	return strconv.Itoa(a.Status)
}

func newWebhookDeliveries(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "deliveries ID",
		Short: "List what was sent to a webhook, the newest first",
		Long:  "Lists the events with what became of the last attempt; --json has all attempts, and what is sent.",
		Example: `  gatehouse webhook deliveries 01900000-0000-7000-8000-000000000000
  gatehouse webhook deliveries 01900000-0000-7000-8000-000000000000 \
      --limit 1 --json`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs),
	}
	page := addPage(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		from, err := page.from()
		if err != nil {
			return err
		}
		id, err := webhookID(args[0])
		if err != nil {
			return err
		}
		list, err := h.webhooks.Deliveries(cmd.Context(), id, from, page.read())
		if err != nil {
			return aboutWebhook(args[0], err)
		}
		list = within(page, list, func(d webhook.Delivery) provider.ID { return d.ID })
		views := make([]deliveryView, len(list))
		out := table{header: []string{"ID", "EVENT", "STATE", "ATTEMPTS", "LAST", "CREATED", "NEXT"}, empty: "Nothing was sent. Try it with: gatehouse webhook test " + args[0]}
		for i, d := range list {
			views[i] = deliveryViewOf(d)
			next := ""
			if at := views[i].NextAt; at != nil {
				next = when(*at)
			}
			out.add(views[i].ID, d.Type, string(d.State), strconv.Itoa(len(d.Attempts)), views[i].last(), when(d.CreatedAt), next)
		}
		return page.print(env, views, &out, *asJSON)
	})
	return cmd
}

func newWebhookTest(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "test ID",
		Short:   "Send a ping to a webhook",
		Long:    "A running server sends it within a second or two. The list of deliveries shows what became of it.",
		Example: "  gatehouse webhook test 01900000-0000-7000-8000-000000000000",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: env.complete(webhookIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id, err := webhookID(args[0])
		if err != nil {
			return err
		}
		delivery, err := h.webhooks.Test(cmd.Context(), env.actor(), id)
		if err != nil {
			return aboutWebhook(args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]string{"delivery_id": delivery.String()})
		}
		return env.say("delivery %s: a running server sends it; see gatehouse webhook deliveries %s", delivery, id)
	})
	return cmd
}

func newWebhookRedeliver(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redeliver ID [DELIVERY_ID]",
		Short: "Send events again",
		Long:  "Sends one delivery again, whether it failed or succeeded, or all that failed since a time.",
		Example: `  gatehouse webhook redeliver 01900000-0000-7000-8000-000000000000 \
      01900000-0000-7000-8000-000000000001
  gatehouse webhook redeliver 01900000-0000-7000-8000-000000000000 \
      --failed-since 48h`,
		ValidArgsFunction: env.complete(webhookIDs),
	}
	redelivery{
		list: "gatehouse webhook deliveries",
		receiver: func(cmd *cobra.Command, h *instance, text string) error {
			id, err := webhookID(text)
			if err != nil {
				return err
			}
			if _, err := h.webhooks.Get(cmd.Context(), id); err != nil {
				return aboutWebhook(text, err)
			}
			return nil
		},
		one: func(cmd *cobra.Command, h *instance, text string, delivery provider.ID) error {
			id, err := webhookID(text)
			if err != nil {
				return err
			}
			return h.webhooks.Redeliver(cmd.Context(), env.actor(), id, delivery)
		},
		failed: func(cmd *cobra.Command, h *instance, text string, since time.Time) (int64, error) {
			id, err := webhookID(text)
			if err != nil {
				return 0, err
			}
			return h.webhooks.RedeliverFailed(cmd.Context(), env.actor(), id, since)
		},
	}.of(env, cmd)
	return cmd
}
