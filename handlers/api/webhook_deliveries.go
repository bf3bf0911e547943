package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type webhookDeliveries interface {
	Deliveries(ctx context.Context, id, before provider.ID, limit int) ([]webhook.Delivery, error)
	Redeliver(ctx context.Context, actor audit.Actor, id, delivery provider.ID) error
	RedeliverFailed(ctx context.Context, actor audit.Actor, id provider.ID, since time.Time) (int64, error)
	Test(ctx context.Context, actor audit.Actor, id provider.ID) (provider.ID, error)
}

type delivery struct {
	ID        string          `json:"id"`
	EventID   string          `json:"event_id" doc:"The header webhook-id"`
	Type      string          `json:"type"`
	State     string          `json:"state" enum:"pending,delivered,failed"`
	CreatedAt time.Time       `json:"created_at"`
	NextAt    *time.Time      `json:"next_at,omitempty" doc:"When it is tried next"`
	Payload   json.RawMessage `json:"payload" doc:"What is sent"`
	Attempts  []attempt       `json:"attempts" doc:"The oldest first"`
}

type attempt struct {
	At     time.Time `json:"at"`
	TookMS int64     `json:"took_ms"`
	Status int       `json:"status,omitempty" doc:"Status of the response; absent: there was none"`
	Error  string    `json:"error,omitempty" doc:"Such as status, timeout, connection, tls, dns, refused_address"`
}

func deliveryOf(d webhook.Delivery) delivery {
	out := delivery{ID: d.ID.String(), EventID: d.EventID.String(), Type: d.Type, State: string(d.State), CreatedAt: d.CreatedAt, Payload: d.Body, Attempts: []attempt{}}
	if d.State == webhook.Pending {
		out.NextAt = &d.NextAt
	}
	for _, a := range d.Attempts {
		out.Attempts = append(out.Attempts, attempt{a.At, a.Took.Milliseconds(), a.Status, a.Error})
	}
	return out
}

type deliveryQuery struct {
	WebhookID
	Page
}

type deliveryPage struct {
	Body struct {
		Deliveries []delivery `json:"deliveries"`
		NextCursor string     `json:"next_cursor,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

type deliveryID struct {
	WebhookID
	DeliveryID string `path:"delivery_id" maxLength:"100" doc:"Id of the delivery"`
}

type redelivery struct {
	WebhookID
	Body struct {
		Since time.Time `json:"since" doc:"What was created since then and failed is sent again"`
	}
}

type redelivered struct {
	Body struct {
		Deliveries int64 `json:"deliveries" doc:"How many are sent again"`
	}
}

type tested struct {
	Body struct {
		DeliveryID string `json:"delivery_id"`
	}
}

func (a *API) webhookDeliveries() {
	read, write, tags := audit.ReadScope("webhooks"), audit.WriteScope("webhooks"), []string{"webhooks"}
	const path = "/webhooks/{webhook_id}"
	register(a, read, huma.Operation{
		OperationID: "list-webhook-deliveries", Method: http.MethodGet, Path: path + "/deliveries", Tags: tags,
		Summary: "List the deliveries to a webhook", Description: "The newest first, with every attempt.",
	}, a.listDeliveries)
	register(a, write, huma.Operation{
		OperationID: "redeliver-event", Method: http.MethodPost, Path: path + "/deliveries/{delivery_id}/redeliver", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Send an event again", Description: "Whether it failed or was delivered. One that waits for its next attempt is sent at once.",
	}, func(ctx context.Context, in *deliveryID) (*struct{}, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		which, err := pathID(in.DeliveryID)
		if err != nil {
			return nil, err
		}
		return nil, a.Webhooks.Redeliver(ctx, actor(ctx), id, which)
	})
	register(a, write, huma.Operation{
		OperationID: "redeliver-failed-events", Method: http.MethodPost, Path: path + "/redeliver", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Send again what failed", Description: "All that was created since a time.",
	}, func(ctx context.Context, in *redelivery) (*redelivered, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		out := &redelivered{}
		out.Body.Deliveries, err = a.Webhooks.RedeliverFailed(ctx, actor(ctx), id, in.Body.Since)
		return out, err
	})
	register(a, write, huma.Operation{
		OperationID: "test-webhook", Method: http.MethodPost, Path: path + "/test", Tags: tags, DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusConflict},
		Summary: "Send a ping to a webhook", Description: "The list of deliveries shows what became of it.",
	}, func(ctx context.Context, in *WebhookID) (*tested, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		ping, err := a.Webhooks.Test(ctx, actor(ctx), id)
		if errors.Is(err, webhook.ErrDisabled) {
			return nil, invalidFields([]refusal.Problem{{Pointer: "webhook_id", Message: "is disabled"}}).WithStatus(http.StatusConflict)
		}
		out := &tested{}
		out.Body.DeliveryID = ping.String()
		return out, err
	})
}

func (a *API) listDeliveries(ctx context.Context, in *deliveryQuery) (*deliveryPage, error) {
	id, err := in.parse()
	if err != nil {
		return nil, err
	}
	list := "webhook " + id.String()
	before, err := a.openID(list, in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := a.Webhooks.Deliveries(ctx, id, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &deliveryPage{}
	out.Body.Deliveries, out.Body.NextCursor = paged(a, list, in.Limit, found, deliveryOf, func(d webhook.Delivery) string { return d.ID.String() })
	return out, nil
}
