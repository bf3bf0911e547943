package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

type webhookSecretRow struct {
	ID, EndpointID rowID
	Sealed         []byte
	CreatedAt      time.Time
}

func (s *Store) addWebhookSecret(ctx context.Context, secret webhook.Secret) error {
	return s.exec(ctx, "INSERT INTO webhook_secrets (id, endpoint_id, sealed, created_at) VALUES (?, ?, ?, ?)",
		rowID(secret.ID), rowID(secret.EndpointID), secret.Sealed, secret.CreatedAt)
}

// RotateWebhookSecret adds a secret; the others end at the given time, if they do not end before.
// Those that have ended are removed.
func (s *Store) RotateWebhookSecret(ctx context.Context, secret webhook.Secret, end time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		err := s.exec(ctx, "UPDATE webhook_secrets SET expires_at = ? WHERE endpoint_id = ? AND (expires_at IS NULL OR expires_at > ?)", end, rowID(secret.EndpointID), end)
		if err != nil {
			return err
		}
		if err := s.exec(ctx, "DELETE FROM webhook_secrets WHERE endpoint_id = ? AND expires_at <= ?", rowID(secret.EndpointID), secret.CreatedAt); err != nil {
			return err
		}
		return s.addWebhookSecret(ctx, secret)
	})
}

// WebhookSecrets are the secrets of an endpoint that sign, the newest first.
func (s *Store) WebhookSecrets(ctx context.Context, endpoint provider.ID, now time.Time) ([]webhook.Secret, error) {
	return s.webhookSecrets(ctx, `SELECT id, endpoint_id, sealed, created_at FROM webhook_secrets
		WHERE endpoint_id = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id DESC`, rowID(endpoint), now)
}

// AllWebhookSecrets are those of all endpoints.
func (s *Store) AllWebhookSecrets(ctx context.Context) ([]webhook.Secret, error) {
	return s.webhookSecrets(ctx, "SELECT id, endpoint_id, sealed, created_at FROM webhook_secrets ORDER BY id")
}

func (s *Store) webhookSecrets(ctx context.Context, query string, args ...any) ([]webhook.Secret, error) {
	var rows []webhookSecretRow
	if err := s.on(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	secrets := make([]webhook.Secret, len(rows))
	for i, r := range rows {
		secrets[i] = webhook.Secret{ID: provider.ID(r.ID), EndpointID: provider.ID(r.EndpointID), Sealed: r.Sealed, CreatedAt: r.CreatedAt.UTC()}
	}
	return secrets, nil
}

// ReplaceWebhookSecret replaces the sealed form if it is still the given one.
func (s *Store) ReplaceWebhookSecret(ctx context.Context, id provider.ID, before, after []byte) error {
	return s.exec(ctx, "UPDATE webhook_secrets SET sealed = ? WHERE id = ? AND sealed = ?", after, rowID(id), before)
}
