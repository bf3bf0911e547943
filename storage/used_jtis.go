package storage

import (
	"context"
	"crypto/sha256"
	"time"
)

// UseJTI notes a client assertion as used until it would be refused anyway, or returns
// provider.ErrConflict: it was used before. One statement decides, so that of any number of
// replays at once one is the first.
func (s *Store) UseJTI(ctx context.Context, clientID string, jti [sha256.Size]byte, until time.Time) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "INSERT INTO used_jtis (client_id, jti, expires_at) VALUES (?, ?, ?)", clientID, jti[:], until)
	})
}
