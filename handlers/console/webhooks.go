package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

const webhooksPath = Path + "/webhooks"

// webhooks are the endpoints that events are sent to, and what is sent.
type webhooks interface {
	webhookReader
	webhookWriter
	webhookDeliverer
}

type webhookReader interface {
	List(ctx context.Context, after provider.ID, limit int) ([]webhook.Endpoint, error)
	Get(ctx context.Context, id provider.ID) (webhook.Endpoint, error)
	Deliveries(ctx context.Context, id, before provider.ID, limit int) ([]webhook.Delivery, error)
}

type webhookWriter interface {
	Create(ctx context.Context, actor audit.Actor, e webhook.Endpoint) (webhook.Endpoint, string, error)
	Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(e *webhook.Endpoint) error) (webhook.Endpoint, error)
	Delete(ctx context.Context, actor audit.Actor, id provider.ID) error
	RotateSecret(ctx context.Context, actor audit.Actor, id provider.ID, overlap time.Duration) (string, error)
}

type webhookDeliverer interface {
	Redeliver(ctx context.Context, actor audit.Actor, id, delivery provider.ID) error
	RedeliverFailed(ctx context.Context, actor audit.Actor, id provider.ID, since time.Time) (int64, error)
	Test(ctx context.Context, actor audit.Actor, id provider.ID) (provider.ID, error)
}

// webhooksPage is the list of endpoints.
type webhooksPage struct {
	shell

	Endpoints []listedWebhook
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// listedWebhook is an endpoint as it is shown. Its URL may have a secret in it, so that a list has only the host.
type listedWebhook struct{ webhook.Endpoint }

// Host is that of the URL.
func (w listedWebhook) Host() string { return hostOf(w.Endpoint) }

// hostOf is the host of the URL of an endpoint. The URL was valid when it was stored.
func hostOf(e webhook.Endpoint) string {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" {
		return e.ID.String()
	}
	return u.Host
}

func (c *Console) serveWebhooks(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := webhooksPage{shell: c.shell(w, r, v, webhooksPath)}
	list, err := c.Webhooks.List(r.Context(), after(r.URL.Query()), listed+1)
	if err != nil {
		return err
	}
	if len(list) > listed {
		list = list[:listed]
		page.Next = wire.Path(webhooksPath, url.Values{"after": {list[listed-1].ID.String()}})
	}
	for _, e := range list {
		page.Endpoints = append(page.Endpoints, listedWebhook{e})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "webhooks", page, r.URL.RequestURI())
}

// webhookPage is the page about an endpoint.
type webhookPage struct {
	shell

	Endpoint   listedWebhook
	Deliveries []webhook.Delivery
	// Overlaps are the choices of for how many hours old secrets go on signing.
	Overlaps []int
	// Failed: some of the deliveries that are shown have failed.
	Failed     bool
	Redelivery redelivery
	// Problem is why the secret cannot be changed.
	Problem string
	// Next is the path of the following page of deliveries; empty: this is the last.
	Next string
}

// Days are the days that hours are; 0: it is no number of several.
func (webhookPage) Days(hours int) int {
	if hours <= hoursOfDay || hours%hoursOfDay != 0 {
		return 0
	}
	return hours / hoursOfDay
}

// mostDeliveries is how many deliveries a page shows: each is read with its attempts.
const mostDeliveries = 25

func (c *Console) serveWebhook(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.writeWebhook(w, r, v, http.StatusOK, webhookPage{})
}

// writeWebhook fills a page about the endpoint of the path, and writes it.
func (c *Console) writeWebhook(w http.ResponseWriter, r *http.Request, v *viewer, status int, page webhookPage) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	page.shell, page.Endpoint, page.Overlaps = c.shell(w, r, v, webhooksPath), listedWebhook{e}, webhookOverlaps()
	if page.Deliveries, err = c.Webhooks.Deliveries(r.Context(), e.ID, after(r.URL.Query()), mostDeliveries+1); err != nil {
		return found(r, err)
	}
	if len(page.Deliveries) > mostDeliveries {
		page.Deliveries = page.Deliveries[:mostDeliveries]
		page.Next = wire.Path(webhookPath(e.ID), url.Values{"after": {page.Deliveries[mostDeliveries-1].ID.String()}})
	}
	for _, d := range page.Deliveries {
		if d.State == webhook.Failed {
			page.Failed = true
		}
	}
	page.Redelivery = page.Redelivery.on(page.shell, webhookPath(e.ID)+"/redelivery", c.now(r))
	return c.pages.For(r).Write(w, status, "webhook", page, webhookPath(e.ID))
}

// webhookOf is the endpoint of the path.
func (c *Console) webhookOf(r *http.Request) (webhook.Endpoint, error) {
	id, err := provider.ParseID(mux.Vars(r)["webhook_id"])
	if err != nil {
		return webhook.Endpoint{}, noPage(r)
	}
	e, err := c.Webhooks.Get(r.Context(), id)
	return e, found(r, err)
}

func webhookPath(id provider.ID) string { return webhooksPath + "/" + id.String() }
