package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type deliveryRow struct {
	ID, EventID, EndpointID rowID
	Type, State             string
	Body                    []byte
	Tries                   int
	CreatedAt, NextAt       time.Time
}

const deliveryColumns = "id, event_id, endpoint_id, type, body, state, tries, created_at, next_at"

func (r *deliveryRow) delivery() webhook.Delivery {
	return webhook.Delivery{
		ID: provider.ID(r.ID), EventID: provider.ID(r.EventID), EndpointID: provider.ID(r.EndpointID), Type: r.Type, Body: r.Body,
		State: webhook.State(r.State), Tries: r.Tries, CreatedAt: r.CreatedAt.UTC(), NextAt: r.NextAt.UTC(),
	}
}

// AddDelivery stores what is to be delivered, unless its endpoint is gone or disabled. It is one
// statement: acts wait for it.
func (s *Store) AddDelivery(ctx context.Context, d webhook.Delivery) error {
	return s.exec(ctx, "INSERT INTO webhook_deliveries ("+deliveryColumns+`)
		SELECT ?, ?, id, ?, ?, ?, ?, ?, ? FROM webhook_endpoints WHERE id = ? AND NOT disabled`,
		rowID(d.ID), rowID(d.EventID), d.Type, d.Body, string(d.State), d.Tries, d.CreatedAt, d.NextAt, rowID(d.EndpointID))
}

// Deliveries lists those to an endpoint before the given one, the newest first, with their attempts.
func (s *Store) Deliveries(ctx context.Context, endpoint, before provider.ID, limit int) ([]webhook.Delivery, error) {
	query := s.on(ctx).Table("webhook_deliveries").Where("endpoint_id = ?", rowID(endpoint)).Order("id DESC").Limit(limit)
	if !before.IsZero() {
		query = query.Where("id < ?", rowID(before))
	}
	var rows []deliveryRow
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	deliveries := make([]webhook.Delivery, len(rows))
	ids := make([]rowID, len(rows))
	for i, r := range rows {
		deliveries[i], ids[i] = r.delivery(), r.ID
	}
	attempts, err := s.attempts(ctx, ids)
	for i, r := range rows {
		deliveries[i].Attempts = attempts[r.ID]
	}
	return deliveries, err
}

// attempts are those of some deliveries, the oldest first.
func (s *Store) attempts(ctx context.Context, deliveries []rowID) (map[rowID][]webhook.Attempt, error) {
	if len(deliveries) == 0 {
		return nil, nil //nolint:nilnil // there are none
	}
	var rows []struct {
		ID, DeliveryID rowID
		At             time.Time
		TookMs         int64
		Status         int
		Error          string
	}
	if err := s.on(ctx).Table("webhook_attempts").Where("delivery_id IN ?", deliveries).Order("id").Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	attempts := map[rowID][]webhook.Attempt{}
	for _, r := range rows {
		attempts[r.DeliveryID] = append(attempts[r.DeliveryID], webhook.Attempt{
			ID: provider.ID(r.ID), At: r.At.UTC(), Took: time.Duration(r.TookMs) * time.Millisecond, Status: r.Status, Error: r.Error,
		})
	}
	return attempts, nil
}

func eventDeliveries() deliveries {
	return deliveries{table: "webhook_deliveries", receiver: "endpoint_id", ended: "'delivered', 'failed'"}
}

// Redeliver makes a delivery due at once. One that is due before a time anyway may be on its way, and
// stays as it is.
func (s *Store) Redeliver(ctx context.Context, endpoint, id provider.ID, at, before time.Time) error {
	return s.redeliver(ctx, eventDeliveries(), rowID(endpoint), id, at, before)
}

// RedeliverFailed makes those pending that failed and were created since a time.
func (s *Store) RedeliverFailed(ctx context.Context, endpoint provider.ID, since, at time.Time) (int64, error) {
	return s.redeliverFailed(ctx, eventDeliveries(), rowID(endpoint), since, at)
}

// RemoveDeliveries removes a batch of those that were created before a time, with their attempts,
// whether they were delivered or not. It returns their number.
func (s *Store) RemoveDeliveries(ctx context.Context, before time.Time) (removed int64, err error) {
	const old = "(SELECT id FROM webhook_deliveries WHERE id < ? ORDER BY id LIMIT ?)"
	first := rowID(provider.FirstID(before))
	err = s.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.exec(ctx, "DELETE FROM webhook_attempts WHERE delivery_id IN "+old, first, batchSize); err != nil {
			return err
		}
		removed, err = s.count(ctx, "DELETE FROM webhook_deliveries WHERE id IN "+old, first, batchSize)
		return err
	})
	return removed, err
}
