package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

// webhookJobs send what is due, and remove what is older than the operator wants to keep.
func (h *instance) webhookJobs(sender *webhook.Sender, clock provider.Clock, m *metrics.Jobs) []storage.Job {
	return []storage.Job{
		{Name: "webhooks", Every: time.Second, Lease: 5 * time.Second, Due: sender.Due, Work: sender.Start},
		{Name: "webhook-retention", Every: time.Minute, Lease: 5 * time.Minute, Work: func(ctx context.Context) error {
			removed, err := h.store.RemoveDeliveries(ctx, clock.Now(ctx).Add(-h.config.WebhookRetention))
			m.Removed("webhook_deliveries", removed)
			return err
		}},
	}
}

// sender sends webhooks.
func (e *environment) sender(h *instance, t *telemetry, log *slog.Logger) (*webhook.Sender, error) {
	post, err := h.config.poster(t.aroundFetches)
	if err != nil {
		return nil, err
	}
	return webhook.NewSender(h.store, h.webhooks, post, e.clock, e.random, log, t.attempted), nil
}
