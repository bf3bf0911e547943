package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// DueEndpoints are the enabled endpoints for which there is something to deliver: first those that
// work, and of them the one that has waited longest.
func (s *Store) DueEndpoints(ctx context.Context, now time.Time, limit int) ([]webhook.Endpoint, error) {
	return s.endpoints(ctx, "SELECT "+endpointColumns+` FROM webhook_endpoints e WHERE NOT disabled AND EXISTS
		(SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_at <= ?)
		ORDER BY failing_since IS NOT NULL, (SELECT min(next_at) FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'pending'), id LIMIT ?`, now, limit)
}

// Standings are those of all endpoints. What waits for its next attempt is not due yet.
func (s *Store) Standings(ctx context.Context, now time.Time) ([]webhook.Standing, error) {
	var rows []struct {
		Disabled               bool
		FailingSince, DueSince *time.Time
	}
	err := s.on(ctx).Raw(`SELECT e.disabled, e.failing_since, (SELECT d.next_at FROM webhook_deliveries d
		WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_at <= ? ORDER BY d.next_at LIMIT 1) AS due_since
		FROM webhook_endpoints e`, now).Scan(&rows).Error
	standings := make([]webhook.Standing, len(rows))
	for i, r := range rows {
		standings[i] = webhook.Standing{Disabled: r.Disabled, FailingSince: utc(r.FailingSince), DueSince: utc(r.DueSince)}
	}
	return standings, s.fault(err)
}

// Claim claims the next delivery to an endpoint until a time. It is one conditional change, so that
// of any number of processes one has it; provider.ErrNotFound: none is due, another was faster, or the
// endpoint is disabled or gone.
func (s *Store) Claim(ctx context.Context, endpoint provider.ID, now, until time.Time) (webhook.Endpoint, webhook.Delivery, error) {
	var e endpointRow
	var r deliveryRow
	err := s.InTx(ctx, func(ctx context.Context) error {
		err := s.row(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoints WHERE id = ? AND NOT disabled", rowID(endpoint)).Scan(e.columns()...)
		if err != nil {
			return s.fault(err)
		}
		err = s.row(ctx, "SELECT "+deliveryColumns+` FROM webhook_deliveries
			WHERE endpoint_id = ? AND state = 'pending' AND next_at <= ? ORDER BY next_at, id LIMIT 1`, rowID(endpoint), now).
			Scan(&r.ID, &r.EventID, &r.EndpointID, &r.Type, &r.Body, &r.State, &r.Tries, &r.CreatedAt, &r.NextAt)
		if err != nil {
			return s.fault(err)
		}
		return s.change(ctx, "UPDATE webhook_deliveries SET tries = tries + 1, next_at = ? WHERE id = ? AND state = 'pending' AND next_at <= ?", until, r.ID, now)
	})
	r.Tries++
	return e.endpoint(), r.delivery(), err
}

// Settle stores the outcome of an attempt. A success counts whoever has claimed the delivery since.
func (s *Store) Settle(ctx context.Context, d webhook.Delivery, a webhook.Attempt) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		update, args := "UPDATE webhook_deliveries SET state = ?, next_at = ? WHERE id = ? AND state = 'pending'", []any{string(d.State), d.NextAt, rowID(d.ID)}
		endpoint, change := "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL", []any{rowID(d.EndpointID)}
		if d.State != webhook.Delivered {
			update, args = update+" AND tries = ?", append(args, d.Tries)
			endpoint, change = "UPDATE webhook_endpoints SET failing_since = ? WHERE id = ? AND failing_since IS NULL", []any{a.At, rowID(d.EndpointID)}
		}
		if err := s.exec(ctx, update, args...); err != nil {
			return err
		}
		if err := s.exec(ctx, endpoint, change...); err != nil {
			return err
		}
		return s.exec(ctx, "INSERT INTO webhook_attempts (id, delivery_id, at, took_ms, status, error) VALUES (?, ?, ?, ?, ?, ?)",
			rowID(a.ID), rowID(d.ID), a.At, a.Took.Milliseconds(), a.Status, a.Error)
	})
}
