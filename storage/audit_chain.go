package storage

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// ChainState is the end of the chain, and its value at a number, in one statement: servers ask each
// second.
func (s *Store) ChainState(ctx context.Context, at int64) (chain.State, error) {
	var (
		state                 chain.State
		last, signed          *int64
		signedHash, signature []byte
		signedAt              *time.Time
		beginning             *bool
		keyID                 *string
	)
	err := s.row(ctx, `SELECT u.recorded_at, l.sequence, l.hash, a.hash, c.sequence, c.hash, c.signed_at, c.beginning, c.key_id, c.signature
		FROM (SELECT 1 AS one) o
		LEFT JOIN (SELECT recorded_at FROM audit_logs WHERE sequence IS NULL ORDER BY id LIMIT 1) u ON TRUE
		LEFT JOIN (SELECT sequence, hash FROM audit_logs WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1) l ON TRUE
		LEFT JOIN (SELECT hash FROM audit_logs WHERE sequence = ?) a ON TRUE
		LEFT JOIN (SELECT * FROM audit_checkpoints ORDER BY sequence DESC LIMIT 1) c ON TRUE`, at).
		Scan(&state.Oldest, &last, &state.Last.Hash, &state.Asked, &signed, &signedHash, &signedAt, &beginning, &keyID, &signature)
	if err != nil {
		return chain.State{}, s.fault(err)
	}
	state.Oldest = utc(state.Oldest)
	if last != nil {
		state.Last.Sequence = *last
	}
	if signed != nil {
		state.Checkpoint = &chain.Checkpoint{Sequence: *signed, Hash: signedHash, At: signedAt.UTC(), Beginning: *beginning, KeyID: *keyID, Signature: signature}
	}
	return state, nil
}

// UnsealedRecords are those that have no place in the chain, by id.
func (s *Store) UnsealedRecords(ctx context.Context, limit int) ([]chain.Entry, error) {
	return s.entries(ctx, "SELECT * FROM audit_logs WHERE sequence IS NULL ORDER BY id LIMIT ?", limit)
}

// SealedRecords are those with numbers after one and through another, in order.
func (s *Store) SealedRecords(ctx context.Context, after, through int64, limit int) ([]chain.Entry, error) {
	return s.entries(ctx, "SELECT * FROM audit_logs WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?", after, through, limit)
}

// RecordsFrom are records by id, the oldest first, after one with an id and before a time; the zero
// time is no bound.
func (s *Store) RecordsFrom(ctx context.Context, after provider.ID, until time.Time, limit int) ([]chain.Entry, error) {
	if until.IsZero() {
		return s.entries(ctx, "SELECT * FROM audit_logs WHERE id > ? ORDER BY id LIMIT ?", rowID(after), limit)
	}
	return s.entries(ctx, "SELECT * FROM audit_logs WHERE id > ? AND id < ? ORDER BY id LIMIT ?", rowID(after), rowID(provider.FirstID(until)), limit)
}

// SelectedEntries are the records of a filter by id, the oldest first, after one with an id.
func (s *Store) SelectedEntries(ctx context.Context, of audit.Filter, after provider.ID, limit int) ([]chain.Entry, error) {
	return s.scanEntries(selected(s.on(ctx).Table("audit_logs"), of).Where("id > ?", rowID(after)).Order("id").Limit(limit))
}

// Entry is one record. It returns provider.ErrNotFound.
func (s *Store) Entry(ctx context.Context, id provider.ID) (chain.Entry, error) {
	list, err := s.entries(ctx, "SELECT * FROM audit_logs WHERE id = ?", rowID(id))
	if err == nil && len(list) == 0 {
		err = provider.ErrNotFound
	}
	if err != nil {
		return chain.Entry{}, err
	}
	return list[0], nil
}

func (s *Store) entries(ctx context.Context, query string, args ...any) ([]chain.Entry, error) {
	return s.scanEntries(s.on(ctx).Raw(query, args...))
}

func (s *Store) scanEntries(query *gorm.DB) ([]chain.Entry, error) {
	var rows []struct {
		Row      auditRow `gorm:"embedded"`
		Sequence *int64
		Hash     []byte
		MAC      []byte
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]chain.Entry, len(rows))
	for i := range rows {
		r := &rows[i]
		list[i] = chain.Entry{Record: r.Row.record(), Changes: r.Row.Changes, Hash: r.Hash}
		list[i].Record.MAC = r.MAC
		if r.Sequence != nil {
			list[i].Sequence = *r.Sequence
		}
	}
	return list, nil
}

// SealRecord gives a record its place in the chain. It returns provider.ErrStale when the record has
// one, and provider.ErrConflict when another record has the number.
func (s *Store) SealRecord(ctx context.Context, id provider.ID, link chain.Link) error {
	n, err := s.count(ctx, "UPDATE audit_logs SET sequence = ?, hash = ? WHERE id = ? AND sequence IS NULL", link.Sequence, link.Hash, rowID(id))
	if err == nil && n == 0 {
		return provider.ErrStale
	}
	return err
}
