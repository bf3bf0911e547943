package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// DueMessages are those of a channel that are to be sent, the one that has waited longest first.
func (s *Store) DueMessages(ctx context.Context, of notify.Channel, now time.Time, limit int) ([]provider.ID, error) {
	var rows []rowID
	err := s.on(ctx).Raw("SELECT id FROM outbox WHERE channel = ? AND state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT ?", string(of), now, limit).Scan(&rows).Error
	ids := make([]provider.ID, len(rows))
	for i, id := range rows {
		ids[i] = provider.ID(id)
	}
	return ids, s.fault(err)
}

// ClaimMessage claims a message until a time. It is one conditional change, so that of any number of
// processes one has it; provider.ErrNotFound: it is not due any more.
func (s *Store) ClaimMessage(ctx context.Context, id provider.ID, now, until time.Time) (notify.Stored, error) {
	var r messageRow
	err := s.InTx(ctx, func(ctx context.Context) error { // on SQLite a statement that returns something would else be taken for one that reads
		return s.fault(s.row(ctx, "UPDATE outbox SET tries = tries + 1, next_at = ? WHERE id = ? AND state = 'waiting' AND next_at <= ? RETURNING "+messageColumns,
			until, rowID(id), now).Scan(r.columns()...))
	})
	if err != nil {
		return notify.Stored{}, err
	}
	return r.message()
}

// SettleMessage stores the outcome of an attempt. That it was sent counts whoever has claimed it since.
func (s *Store) SettleMessage(ctx context.Context, m notify.Stored) error {
	statement, args := "UPDATE outbox SET state = ?, next_at = ?, fault = ? WHERE id = ? AND state = 'waiting'", []any{string(m.State), m.NextAt, m.Fault, rowID(m.ID)}
	if m.State != notify.Sent {
		statement, args = statement+" AND tries = ?", append(args, m.Tries)
	}
	return s.retry(ctx, func() error { return s.exec(ctx, statement, args...) })
}

// WaitingSince is when the oldest message of each channel was stored that waits to be sent. Channels
// without one are left out.
func (s *Store) WaitingSince(ctx context.Context) (map[notify.Channel]time.Time, error) {
	since := map[notify.Channel]time.Time{}
	for _, channel := range notify.Channels() {
		var rows []time.Time
		// By the partial index of what waits, which is short unless nothing is sent.
		err := s.on(ctx).Raw("SELECT created_at FROM outbox WHERE channel = ? AND state = 'waiting' ORDER BY created_at LIMIT 1", string(channel)).Scan(&rows).Error
		if err != nil {
			return nil, s.fault(err)
		}
		if len(rows) > 0 {
			since[channel] = rows[0].UTC()
		}
	}
	return since, nil
}
