package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// EndingSecrets are the last secrets of clients that end after one time and until another, the next one first. Clients
// that are disabled are left out, and those with another secret that lives longer.
func (s *Store) EndingSecrets(ctx context.Context, after, until time.Time, limit int) ([]client.EndingSecret, error) {
	var rows []struct {
		ClientID, Name string
		ExpiresAt      time.Time
	}
	err := s.on(ctx).Raw(`SELECT s.client_id, c.name, s.expires_at FROM client_secrets s JOIN clients c ON c.id = s.client_id
		WHERE s.expires_at > ? AND s.expires_at <= ? AND NOT c.disabled AND NOT EXISTS (SELECT 1 FROM client_secrets o
			WHERE o.client_id = s.client_id AND (o.expires_at IS NULL OR o.expires_at > s.expires_at OR o.expires_at = s.expires_at AND o.id > s.id))
		ORDER BY s.expires_at, s.client_id LIMIT ?`, after, until, limit).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	list := make([]client.EndingSecret, len(rows))
	for i, r := range rows {
		list[i] = client.EndingSecret{ClientID: r.ClientID, Name: r.Name, At: r.ExpiresAt.UTC()}
	}
	return list, nil
}
