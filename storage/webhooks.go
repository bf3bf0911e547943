package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type endpointRow struct {
	ID                   rowID
	URL, Description     string
	EventTypes           list
	Disabled             bool
	FailingSince         *time.Time
	CreatedAt, UpdatedAt time.Time
}

const endpointColumns = "id, url, description, event_types, disabled, failing_since, created_at, updated_at"

// columns are where endpointColumns are scanned to.
func (r *endpointRow) columns() []any {
	return []any{&r.ID, &r.URL, &r.Description, &r.EventTypes, &r.Disabled, &r.FailingSince, &r.CreatedAt, &r.UpdatedAt}
}

func (r *endpointRow) endpoint() webhook.Endpoint {
	return webhook.Endpoint{
		ID: provider.ID(r.ID), URL: r.URL, Description: r.Description, Types: r.EventTypes, Disabled: r.Disabled,
		FailingSince: utc(r.FailingSince), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

// CreateEndpoint stores an endpoint with its secret.
func (s *Store) CreateEndpoint(ctx context.Context, e webhook.Endpoint, secret webhook.Secret) error {
	return s.changeEndpoints(ctx, func(ctx context.Context) error {
		err := s.exec(ctx, "INSERT INTO webhook_endpoints ("+endpointColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			rowID(e.ID), e.URL, e.Description, list(e.Types), e.Disabled, e.FailingSince, e.CreatedAt, e.UpdatedAt)
		if err != nil {
			return err
		}
		return s.addWebhookSecret(ctx, secret)
	})
}

// Endpoint reads an endpoint.
func (s *Store) Endpoint(ctx context.Context, id provider.ID) (webhook.Endpoint, error) {
	return s.endpoint(ctx, id, "")
}

// LockEndpoint reads an endpoint, and locks the row until the transaction ends.
func (s *Store) LockEndpoint(ctx context.Context, id provider.ID) (webhook.Endpoint, error) {
	return s.endpoint(ctx, id, s.dialect.locking("FOR UPDATE"))
}

func (s *Store) endpoint(ctx context.Context, id provider.ID, locking string) (webhook.Endpoint, error) {
	var r endpointRow
	err := s.row(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoints WHERE id = ?"+locking, rowID(id)).Scan(r.columns()...)
	return r.endpoint(), s.fault(err)
}

// LockEndpointList locks the version until the transaction ends, which each change of endpoints raises. A
// change has the row of its endpoint before the version: whoever has locked the version locks no
// endpoint that exists.
func (s *Store) LockEndpointList(ctx context.Context) error {
	err := s.row(ctx, "SELECT value FROM settings WHERE name = 'webhook_version'"+s.dialect.locking("FOR UPDATE")).Scan(new(int64))
	return s.fault(err)
}

// Endpoints lists the endpoints after the given one, by id.
func (s *Store) Endpoints(ctx context.Context, after provider.ID, limit int) ([]webhook.Endpoint, error) {
	return s.endpoints(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoints WHERE id > ? ORDER BY id LIMIT ?", rowID(after), limit)
}

// EnabledEndpoints lists those that get events.
func (s *Store) EnabledEndpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	return s.endpoints(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoints WHERE NOT disabled ORDER BY id")
}

func (s *Store) endpoints(ctx context.Context, query string, args ...any) ([]webhook.Endpoint, error) {
	var rows []endpointRow
	if err := s.on(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	endpoints := make([]webhook.Endpoint, len(rows))
	for i := range rows {
		endpoints[i] = rows[i].endpoint()
	}
	return endpoints, nil
}

// UpdateEndpoint replaces an endpoint.
func (s *Store) UpdateEndpoint(ctx context.Context, e webhook.Endpoint) error {
	return s.changeEndpoints(ctx, func(ctx context.Context) error {
		return s.change(ctx, "UPDATE webhook_endpoints SET url = ?, description = ?, event_types = ?, disabled = ?, failing_since = ?, updated_at = ? WHERE id = ?",
			e.URL, e.Description, list(e.Types), e.Disabled, e.FailingSince, e.UpdatedAt, rowID(e.ID))
	})
}

// DeleteEndpoint removes an endpoint and its secrets. Its deliveries, of which there may be millions,
// are never sent; they are removed with what is old.
func (s *Store) DeleteEndpoint(ctx context.Context, id provider.ID) error {
	return s.changeEndpoints(ctx, func(ctx context.Context) error {
		if err := s.exec(ctx, "DELETE FROM webhook_secrets WHERE endpoint_id = ?", rowID(id)); err != nil {
			return err
		}
		return s.change(ctx, "DELETE FROM webhook_endpoints WHERE id = ?", rowID(id))
	})
}

// changeEndpoints changes endpoints and gives them a version that they never had: the time in
// microseconds, or more. A number that only rose would come again after a transaction that was rolled
// back, for other endpoints.
func (s *Store) changeEndpoints(ctx context.Context, change func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		now := s.clock.Real().UnixMicro()
		return s.change(ctx, "UPDATE settings SET value = CASE WHEN value < ? THEN ? ELSE value + 1 END WHERE name = 'webhook_version'", now, now)
	})
}
