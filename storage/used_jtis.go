package storage

import (
	"context"
	"crypto/sha256"
	"time"
)

// UseJTI records the jti of a client assertion until the assertion expires, or returns
// provider.ErrConflict if it was used before. It is one statement, so that of any number of
// concurrent replays one succeeds.
func (s *Store) UseJTI(ctx context.Context, clientID string, jti [sha256.Size]byte, until time.Time) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "INSERT INTO used_jtis (client_id, jti, expires_at) VALUES (?, ?, ?)", clientID, jti[:], until)
	})
}
