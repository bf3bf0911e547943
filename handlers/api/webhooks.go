package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type webhookRegistry interface {
	webhookDeliveries
	Create(ctx context.Context, actor audit.Actor, e webhook.Endpoint) (webhook.Endpoint, string, error)
	Get(ctx context.Context, id provider.ID) (webhook.Endpoint, error)
	List(ctx context.Context, after provider.ID, limit int) ([]webhook.Endpoint, error)
	Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(e *webhook.Endpoint) error) (webhook.Endpoint, error)
	Delete(ctx context.Context, actor audit.Actor, id provider.ID) error
	RotateSecret(ctx context.Context, actor audit.Actor, id provider.ID, overlap time.Duration) (string, error)
}

// Webhook is an endpoint as JSON has it.
type Webhook struct {
	ID           string     `json:"id,omitempty" readOnly:"true"`
	URL          string     `json:"url" required:"false" doc:"Where events are posted: https" example:"https://receiver.example.com/events"`
	Description  string     `json:"description" required:"false" doc:"For operators, up to 500 bytes"`
	Types        []event    `json:"event_types" required:"false" nullable:"false" doc:"Events that are sent; empty: all" example:"[\"user.created\"]"`
	Disabled     bool       `json:"disabled" required:"false" doc:"Nothing is sent"`
	FailingSince *time.Time `json:"failing_since,omitempty" readOnly:"true" doc:"First failure since the last success; after five days the endpoint is disabled"`
	CreatedAt    *time.Time `json:"created_at,omitempty" readOnly:"true"`
	UpdatedAt    *time.Time `json:"updated_at,omitempty" readOnly:"true"`
}

// event is the name of an event that can be sent.
type event string

// Schema is part of huma.SchemaProvider.
func (event) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, name := range webhook.Types() {
		s.Enum = append(s.Enum, name)
	}
	s.PrecomputeMessages()
	return s
}

func webhookOf(e webhook.Endpoint) Webhook {
	types := make([]event, len(e.Types))
	for i, name := range e.Types {
		types[i] = event(name)
	}
	return Webhook{e.ID.String(), e.URL, e.Description, types, e.Disabled, e.FailingSince, &e.CreatedAt, &e.UpdatedAt}
}

func (w *Webhook) apply(e *webhook.Endpoint) {
	e.URL, e.Description, e.Disabled, e.Types = w.URL, w.Description, w.Disabled, make([]string, len(w.Types))
	for i, name := range w.Types {
		e.Types[i] = string(name)
	}
}

type newWebhook struct{ Body Webhook }

type webhookOutput struct {
	ETag string `header:"ETag"`
	Body Webhook
}

func shownWebhook(e webhook.Endpoint) *webhookOutput {
	view := webhookOf(e)
	return &webhookOutput{fingerprint(view), view}
}

type createdWebhook struct {
	ETag string `header:"ETag"`
	Body struct {
		Webhook

		Secret string `json:"secret" doc:"Verifies the signatures; shown this once"`
	}
}

type webhookList struct {
	Body struct {
		Webhooks   []Webhook `json:"webhooks"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

// WebhookID names an endpoint in a path.
type WebhookID struct {
	ID string `path:"webhook_id" maxLength:"100" doc:"Id of the webhook"`
}

func (w WebhookID) parse() (provider.ID, error) { return pathID(w.ID) }

// pathID is an id in a path: what is none names nothing.
func pathID(text string) (provider.ID, error) {
	id, err := provider.ParseID(text)
	if err != nil {
		return id, provider.ErrNotFound
	}
	return id, nil
}

type webhookReplacement struct {
	WebhookID
	Condition
	Body Webhook
}

type webhookUpdate struct {
	WebhookID
	Condition
	Body webhookPatch
}

// webhookPatch is a merge patch of a Webhook.
type webhookPatch map[string]json.RawMessage

// Schema is part of huma.SchemaProvider.
func (webhookPatch) Schema(r huma.Registry) *huma.Schema {
	return patchSchema(r, "WebhookPatch", r.Schema(reflect.TypeFor[Webhook](), true, "Webhook"))
}

func (a *API) webhooks() {
	read, write, tags := audit.ReadScope("webhooks"), audit.WriteScope("webhooks"), []string{"webhooks"}
	const path = "/webhooks/{webhook_id}"
	register(a, read, huma.Operation{
		OperationID: "list-webhooks", Method: http.MethodGet, Path: "/webhooks", Tags: tags, Summary: "List the webhooks", Description: "By id, the oldest first.",
	}, a.listWebhooks)
	register(a, write, huma.Operation{
		OperationID: "create-webhook", Method: http.MethodPost, Path: "/webhooks", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Have events sent to a URL", Description: "In the format of Standard Webhooks. The response has the secret that verifies them; it is not shown again.",
	}, func(ctx context.Context, in *newWebhook) (*createdWebhook, error) {
		var e webhook.Endpoint
		in.Body.apply(&e)
		e, secret, err := a.Webhooks.Create(ctx, actor(ctx), e)
		out := &createdWebhook{}
		out.Body.Webhook, out.Body.Secret = webhookOf(e), secret
		out.ETag = fingerprint(out.Body.Webhook)
		created(ctx, "/webhooks", e.ID.String())
		return out, asWebhookFault(err)
	})
	register(a, read, huma.Operation{
		OperationID: "get-webhook", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Read a webhook", Description: "Without its secret.",
	}, func(ctx context.Context, in *WebhookID) (*webhookOutput, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		e, err := a.Webhooks.Get(ctx, id)
		return shownWebhook(e), err
	})
	register(a, write, huma.Operation{
		OperationID: "replace-webhook", Method: http.MethodPut, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Replace a webhook", Description: "What the body does not name gets its default; the secret stays.",
	}, func(ctx context.Context, in *webhookReplacement) (*struct{}, error) {
		_, err := a.changeWebhook(ctx, in.WebhookID, in.Condition, func(is Webhook) (Webhook, error) {
			if in.Body.ID != "" && in.Body.ID != is.ID {
				return Webhook{}, cannotChange("id")
			}
			return in.Body, nil
		})
		return nil, err
	})
	register(a, write, huma.Operation{
		OperationID: "update-webhook", Method: http.MethodPatch, Path: path, Tags: tags,
		Summary: "Change a webhook", Description: "A JSON merge patch (RFC 7396): what the body does not name stays, null takes a value away.",
	}, a.updateWebhook)
	register(a, write, huma.Operation{
		OperationID: "delete-webhook", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Delete a webhook", Description: "With its secrets. What was not delivered yet is not sent.",
	}, func(ctx context.Context, in *WebhookID) (*struct{}, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		return nil, a.Webhooks.Delete(ctx, actor(ctx), id)
	})
	a.webhookSecrets()
	a.webhookDeliveries()
}

func (a *API) updateWebhook(ctx context.Context, in *webhookUpdate) (*webhookOutput, error) {
	e, err := a.changeWebhook(ctx, in.WebhookID, in.Condition, func(is Webhook) (patched Webhook, err error) {
		if err := unchanged(in.Body, "id", is.ID); err != nil {
			return Webhook{}, err
		}
		text, err := mergePatch(is, in.Body)
		if err == nil {
			err = json.Unmarshal(text, &patched)
		}
		return patched, err
	})
	return shownWebhook(e), err
}

// changeWebhook replaces a webhook by what becomes of it.
func (a *API) changeWebhook(ctx context.Context, in WebhookID, condition Condition, become func(is Webhook) (Webhook, error)) (webhook.Endpoint, error) {
	id, err := in.parse()
	if err != nil {
		return webhook.Endpoint{}, err
	}
	e, err := a.Webhooks.Change(ctx, actor(ctx), id, func(e *webhook.Endpoint) error {
		is := webhookOf(*e)
		if err := condition.Check(fingerprint(is)); err != nil {
			return err
		}
		sent, err := become(is)
		if err != nil {
			return err
		}
		sent.apply(e)
		return nil
	})
	return e, asWebhookFault(err)
}

func (a *API) listWebhooks(ctx context.Context, in *Page) (*webhookList, error) {
	after, err := a.openID("webhooks", in.Cursor)
	if err != nil {
		return nil, err
	}
	list, err := a.Webhooks.List(ctx, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &webhookList{}
	out.Body.Webhooks, out.Body.NextCursor = paged(a, "webhooks", in.Limit, list, webhookOf, func(e webhook.Endpoint) string { return e.ID.String() })
	return out, nil
}

func asWebhookFault(err error) error {
	var wrong *webhook.InvalidEndpoint
	if errors.As(err, &wrong) {
		return invalid("/"+wrong.Property, wrong.Fault.String())
	}
	return err
}
