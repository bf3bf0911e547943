package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// DueMessages are those that are to be sent, the one that has waited longest first.
func (s *Store) DueMessages(ctx context.Context, w notify.Wanted, now time.Time, limit int) ([]notify.Due, error) {
	query, args := "SELECT id, recipient, tries FROM outbox WHERE channel = ? AND state = 'waiting' AND next_at <= ?", []any{string(w.Channel), now}
	for _, domain := range w.NotTo {
		// The key ends with the address in lower case.
		pattern := "%@" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(domain)
		query, args = query+` AND recipient_key NOT LIKE ? ESCAPE '\'`, append(args, pattern)
	}
	if w.New {
		query += " AND tries = 0"
	}
	if len(w.Kinds) > 0 {
		query += " AND kind IN (?" + strings.Repeat(", ?", len(w.Kinds)-1) + ")"
		for _, kind := range w.Kinds {
			args = append(args, string(kind))
		}
	}
	var rows []messageRow
	if err := s.on(ctx).Raw(query+" ORDER BY next_at LIMIT ?", append(args, limit)...).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	due := make([]notify.Due, len(rows))
	for i, r := range rows {
		due[i] = notify.Due{ID: provider.ID(r.ID), To: r.Recipient, Tries: r.Tries}
	}
	return due, nil
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
