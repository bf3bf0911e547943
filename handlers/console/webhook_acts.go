package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// serveWebhookState disables or enables an endpoint.
func (c *Console) serveWebhookState(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	disable := form.Get("state") == stateDisabled
	if _, err := c.Webhooks.Change(r.Context(), v.actor, e.ID, func(e *webhook.Endpoint) error { e.Disabled = disable; return nil }); err != nil {
		return found(r, err)
	}
	if disable {
		return c.done(w, r, webhookPath(e.ID), said{Done: "webhook_disabled", About: hostOf(e)})
	}
	return c.done(w, r, webhookPath(e.ID), said{Done: "webhook_enabled", About: hostOf(e)})
}

// serveWebhookTest sends a ping.
func (c *Console) serveWebhookTest(w http.ResponseWriter, r *http.Request, v *viewer, _ url.Values) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	switch _, err := c.Webhooks.Test(r.Context(), v.actor, e.ID); {
	case errors.Is(err, webhook.ErrDisabled):
		return c.done(w, r, webhookPath(e.ID), said{Done: "webhook_is_disabled"})
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, webhookPath(e.ID), said{Done: "webhook_tested", About: hostOf(e)})
}

// serveWebhookRedelivery sends one event again, or all that failed since a time.
func (c *Console) serveWebhookRedelivery(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	if text := form.Get(deliveryField); text != "" {
		id, err := provider.ParseID(text)
		if err == nil {
			err = c.Webhooks.Redeliver(r.Context(), v.actor, e.ID, id)
		}
		if errors.Is(err, provider.ErrNotFound) || errors.Is(err, provider.ErrMalformedID) {
			return c.done(w, r, webhookPath(e.ID), said{Done: "delivery_is_gone"})
		}
		if err != nil {
			return err
		}
		return c.done(w, r, webhookPath(e.ID), said{Done: "redelivered"})
	}
	since, ok := sentSince(v, form)
	if !ok {
		canonical.From(r.Context()).Outcome("invalid")
		return c.writeWebhook(w, r, v, http.StatusUnprocessableEntity, webhookPage{Failed: true, Redelivery: noTime(form)})
	}
	n, err := c.Webhooks.RedeliverFailed(r.Context(), v.actor, e.ID, since)
	if err != nil {
		return found(r, err)
	}
	return c.done(w, r, webhookPath(e.ID), said{Done: "redelivered_failed", About: strconv.FormatInt(n, 10)})
}

// webhookOverlaps are for how many hours old secrets may go on signing, the proposed one first; 0 ends them at once.
func webhookOverlaps() []int { return []int{24, 1, 7 * 24, 30 * 24, 0} }

// webhookSecret is the page with a new secret. It is never shown again.
type webhookSecret struct {
	shell

	Endpoint listedWebhook
	Secret   string
	// New: the endpoint is new, too.
	New bool
	// Hours is for how long the old secrets go on signing.
	Hours int
}

func (c *Console) writeSecret(w http.ResponseWriter, r *http.Request, v *viewer, page webhookSecret) error {
	page.shell = c.shell(w, r, v, webhooksPath)
	return c.pages.For(r).Write(w, http.StatusOK, "webhook_secret", page, webhookPath(page.Endpoint.ID))
}

// serveWebhookSecret gives an endpoint a new secret.
func (c *Console) serveWebhookSecret(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	if ok, err := c.proven(w, r, v, form); !ok {
		return err
	}
	hours, err := strconv.Atoi(form.Get("overlap"))
	if err != nil || !slices.Contains(webhookOverlaps(), hours) {
		return c.done(w, r, webhookPath(e.ID), said{Done: "nothing_chosen"})
	}
	if hours == 0 {
		yes, err := c.confirmed(w, r, v, form, confirmation{
			shell: shell{Current: webhooksPath}, Kind: "end_webhook_secrets", Name: hostOf(e), Back: webhookPath(e.ID), With: url.Values{"overlap": {"0"}},
		})
		if !yes {
			return err
		}
	}
	secret, err := c.Webhooks.RotateSecret(r.Context(), v.actor, e.ID, time.Duration(hours)*time.Hour)
	var wrong *webhook.InvalidEndpoint
	switch {
	case errors.As(err, &wrong):
		canonical.From(r.Context()).Outcome("invalid")
		return c.writeWebhook(w, r, v, http.StatusUnprocessableEntity, webhookPage{Problem: faultText(c.pages.For(r), wrong.Fault)})
	case err != nil:
		return found(r, err)
	}
	canonical.From(r.Context()).Outcome("webhook_secret_rotated")
	return c.writeSecret(w, r, v, webhookSecret{Endpoint: listedWebhook{e}, Secret: secret, Hours: hours})
}

// serveWebhookDeletion deletes an endpoint with its secrets.
func (c *Console) serveWebhookDeletion(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{
		shell: shell{Current: webhooksPath}, Kind: "delete_webhook", Name: hostOf(e), Typed: true, Back: webhookPath(e.ID),
	})
	if !yes {
		return err
	}
	if err := c.Webhooks.Delete(r.Context(), v.actor, e.ID); err != nil {
		return found(r, err)
	}
	return c.done(w, r, webhooksPath, said{Done: "webhook_deleted", About: hostOf(e)})
}
