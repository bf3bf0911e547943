package storage

import (
	"context"
	"time"
)

// Lease takes or renews the lease of a job and tells whether the holder has it. Of several
// replicas one does the job; when it crashes another takes over once the lease has expired.
func (s *Store) Lease(ctx context.Context, name, holder string, lifetime time.Duration) (bool, error) {
	now := s.clock.Now(ctx)
	n, err := s.count(ctx, `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.holder = excluded.holder OR leases.until <= ?`, name, holder, now.Add(lifetime), now)
	return n > 0, err
}

// ReleaseLease releases a lease, so that the next replica need not wait.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.exec(ctx, "DELETE FROM leases WHERE name = ? AND holder = ?", name, holder)
}
