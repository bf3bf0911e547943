package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// deliveries is a table of what is delivered to receivers.
type deliveries struct {
	table string
	// receiver is the column of the receiver.
	receiver string
	// ended are the states in which one can be delivered again.
	ended string
}

// redeliver makes a delivery to a receiver due at once. One that is due before a time anyway may be on its
// way, and stays as it is.
func (s *Store) redeliver(ctx context.Context, d deliveries, receiver any, id provider.ID, at, before time.Time) error {
	const which = " WHERE id = ? AND "
	n, err := s.count(ctx, "UPDATE "+d.table+" SET tries = CASE WHEN state = 'pending' THEN tries ELSE 0 END, state = 'pending', next_at = ?"+
		which+d.receiver+" = ? AND (state IN ("+d.ended+") OR state = 'pending' AND next_at > ?)", at, rowID(id), receiver, before)
	if err != nil || n > 0 {
		return err
	}
	var one int
	return s.fault(s.row(ctx, "SELECT 1 FROM "+d.table+which+d.receiver+" = ? AND state IN ("+d.ended+", 'pending')", rowID(id), receiver).Scan(&one))
}

// redeliverFailed makes the deliveries to a receiver pending that failed and were created since a time.
func (s *Store) redeliverFailed(ctx context.Context, d deliveries, receiver any, since, at time.Time) (int64, error) {
	return s.count(ctx, "UPDATE "+d.table+" SET state = 'pending', tries = 0, next_at = ? WHERE "+d.receiver+" = ? AND id >= ? AND state = 'failed'",
		at, receiver, rowID(provider.FirstID(since)))
}
