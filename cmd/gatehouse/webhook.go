package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

func newWebhook(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhook",
		Short: "Have events sent to other systems",
		Long: `A webhook is a URL to which running servers post what happens: users, clients, consents and
others that were created, changed or ended. The messages are signed as Standard Webhooks
describes (https://www.standardwebhooks.com), and repeated until the receiver responds with 2xx.`,
	}
	cmd.AddCommand(
		newWebhookCreate(env), newWebhookList(env), newWebhookGet(env), newWebhookUpdate(env), newWebhookSwitch(env, true), newWebhookSwitch(env, false),
		newWebhookDelete(env), newWebhookRotateSecret(env), newWebhookTest(env), newWebhookDeliveries(env), newWebhookRedeliver(env), newWebhookEvents(env),
	)
	return cmd
}

type webhookView struct {
	ID           string     `json:"id"`
	URL          string     `json:"url"`
	Description  string     `json:"description"`
	Types        []string   `json:"event_types"`
	Disabled     bool       `json:"disabled"`
	FailingSince *time.Time `json:"failing_since"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Secret       string     `json:"secret,omitempty"`
}

func webhookViewOf(e webhook.Endpoint) webhookView {
	return webhookView{
		ID: e.ID.String(), URL: e.URL, Description: e.Description, Types: orEmpty(e.Types), Disabled: e.Disabled,
		FailingSince: e.FailingSince, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
}

// state is how the endpoint does, in a word or two.
func (v webhookView) state() string {
	switch {
	case v.Disabled:
		return "disabled"
	case v.FailingSince != nil:
		return "failing since " + when(*v.FailingSince)
	default:
		return "enabled"
	}
}

func (v webhookView) events() string {
	if len(v.Types) == 0 {
		return "all"
	}
	return strings.Join(v.Types, " ")
}

func (e *environment) printWebhook(v webhookView, asJSON bool) error {
	if asJSON {
		return printJSON(e.Out, v)
	}
	return facts(e.Out, "id", v.ID, "url", v.URL, "description", v.Description, "events", v.events(), "state", v.state(), "secret", v.Secret)
}

// webhookFlags are the flags that describe a webhook, for create and update alike.
type webhookFlags struct {
	description string
	events      []string
}

func (f *webhookFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.description, "description", "", "what it is for")
	cmd.Flags().StringArrayVar(&f.events, "event", nil, "event to send, such as user.created (repeatable); without it, all")
	completeFlag(cmd, "event", webhook.Types())
}

// apply changes e by the flags that were given, and by no others.
func (f *webhookFlags) apply(cmd *cobra.Command, e *webhook.Endpoint) error {
	if cmd.Flags().Changed("description") {
		e.Description = f.description
	}
	if !cmd.Flags().Changed("event") {
		return nil
	}
	e.Types = nil
	for _, name := range f.events {
		if !slices.Contains(webhook.Types(), name) {
			return fmt.Errorf("--event %q is not an event: see gatehouse webhook events", name)
		}
		e.Types = append(e.Types, name)
	}
	return nil
}

// webhookID reads the id of a webhook.
func webhookID(text string) (provider.ID, error) {
	id, err := provider.ParseID(text)
	if err != nil {
		return id, aboutWebhook(text, provider.ErrNotFound)
	}
	return id, nil
}

// aboutWebhook says what an error is about, in the words of the command line.
func aboutWebhook(id string, err error) error {
	var invalid *webhook.InvalidEndpoint
	switch {
	case errors.Is(err, webhook.ErrDisabled):
		return fmt.Errorf("webhook %q is disabled: nothing is sent to it (gatehouse webhook enable %s)", id, id)
	case errors.As(err, &invalid) && invalid.Property == "url":
		return errors.New("the URL " + invalid.Fault.String())
	case errors.As(err, &invalid) && invalid.Property == "overlap_seconds":
		return errors.New("--overlap " + invalid.Fault.String())
	case errors.As(err, &invalid):
		return errors.New("--" + invalid.Error())
	}
	return about("webhook", id, err)
}

func webhookIDs(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error) {
	list, err := store.Endpoints(ctx, provider.ID{}, mostCompletions)
	var ids []cobra.Completion
	for _, e := range list {
		if strings.HasPrefix(e.ID.String(), prefix) {
			ids = append(ids, cobra.CompletionWithDesc(e.ID.String(), printable(e.URL)))
		}
	}
	return ids, err
}
