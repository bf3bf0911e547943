package storage

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

var _ verification.Store = (*Store)(nil)

const verificationColumns = "id, purpose, user_id, address, generation, details, key_id, tries, created_at, expires_at, used_at"

type verificationRow struct {
	id      rowID
	userID  optionalID
	created time.Time
	expires time.Time
	used    *time.Time

	verification.Verification
}

func (r *verificationRow) into() []any {
	return []any{&r.id, &r.Purpose, &r.userID, &r.Address, &r.Generation, &r.Details, &r.KeyID, &r.Tries, &r.created, &r.expires, &r.used}
}

func (r *verificationRow) verification() *verification.Verification {
	v := r.Verification
	v.ID, v.UserID = provider.ID(r.id), provider.ID(r.userID)
	v.CreatedAt, v.ExpiresAt, v.UsedAt = r.created.UTC(), r.expires.UTC(), utc(r.used)
	return &v
}

// OpenToNobody is part of verification.Store.
func (s *Store) OpenToNobody(ctx context.Context, p verification.Purpose, most int) (n int, err error) {
	err = s.row(ctx, "SELECT count(*) FROM (SELECT 1 FROM verifications WHERE user_id IS NULL AND purpose = ? LIMIT ?) v", string(p), most).Scan(&n)
	return n, s.fault(err)
}

// RecentVerifications is part of verification.Store.
func (s *Store) RecentVerifications(ctx context.Context, user provider.ID, p verification.Purpose) ([]*verification.Verification, error) {
	return s.verifications(ctx, "user_id = ? AND purpose = ? AND expires_at > ? ORDER BY id", rowID(user), string(p), s.clock.Now(ctx))
}

// AddVerification is part of verification.Store. One that replaces another one has another id: the code of
// the one before is worth nothing any more.
func (s *Store) AddVerification(ctx context.Context, v verification.Verification) error {
	insert := "INSERT INTO verifications (" + verificationColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (address) WHERE purpose = '` + string(once(v.Purpose)) + `' DO UPDATE SET id = excluded.id, user_id = excluded.user_id,
		generation = excluded.generation, details = excluded.details, key_id = excluded.key_id, tries = excluded.tries,
		created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = excluded.used_at`
	return s.retry(ctx, func() error {
		return s.exec(ctx, insert, rowID(v.ID), string(v.Purpose), optionalID(v.UserID), v.Address, v.Generation, v.Details, int64(v.KeyID), v.Tries,
			v.CreatedAt, v.ExpiresAt, v.UsedAt)
	})
}

// once is the purpose of which an address has one verification: the target of a conflict names one index.
func once(p verification.Purpose) verification.Purpose {
	if p == verification.Invitation {
		return p
	}
	return verification.Registration
}

// Verification is part of verification.Store.
func (s *Store) Verification(ctx context.Context, id provider.ID) (*verification.Verification, error) {
	var row verificationRow
	if err := s.row(ctx, "SELECT "+verificationColumns+" FROM verifications WHERE id = ?", rowID(id)).Scan(row.into()...); err != nil {
		return nil, s.fault(err)
	}
	return row.verification(), nil
}

// VerificationAt is part of verification.Store. The purpose is written out, so that its index serves.
func (s *Store) VerificationAt(ctx context.Context, p verification.Purpose, address string) (*verification.Verification, error) {
	var row verificationRow
	if err := s.row(ctx, "SELECT "+verificationColumns+" FROM verifications WHERE address = ? AND purpose = '"+string(once(p))+"'", address).Scan(row.into()...); err != nil {
		return nil, s.fault(err)
	}
	return row.verification(), nil
}

// TakeTry is part of verification.Store. It is one statement, so that of any number of concurrent tries
// no more than the maximum is counted (Zitadel CVE-2023-47111), and detached, so that it is counted
// whatever becomes of the request.
func (s *Store) TakeTry(ctx context.Context, id provider.ID, maximum int) (v *verification.Verification, err error) {
	err = s.Detached(ctx, func(ctx context.Context) error {
		var row verificationRow
		scanned := s.row(ctx, `UPDATE verifications SET tries = tries + 1 WHERE id = ? AND used_at IS NULL AND expires_at > ? AND tries < ?
			RETURNING `+verificationColumns, rowID(id), s.clock.Now(ctx), maximum).Scan(row.into()...)
		v = row.verification()
		return s.fault(scanned)
	})
	return v, err
}

// ReturnTry is part of verification.Store.
func (s *Store) ReturnTry(ctx context.Context, id provider.ID) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "UPDATE verifications SET tries = tries - 1 WHERE id = ? AND tries > 0", rowID(id))
	})
}

// UseVerification is part of verification.Store.
func (s *Store) UseVerification(ctx context.Context, id provider.ID) error {
	now := s.clock.Now(ctx)
	return s.change(ctx, "UPDATE verifications SET used_at = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?", now, rowID(id), now)
}

// NewestVerification is part of verification.Store.
func (s *Store) NewestVerification(ctx context.Context, user provider.ID, purposes ...verification.Purpose) (*verification.Verification, error) {
	args := []any{rowID(user), s.clock.Now(ctx)}
	for _, p := range purposes {
		args = append(args, string(p))
	}
	var row verificationRow
	err := s.row(ctx, "SELECT "+verificationColumns+` FROM verifications WHERE user_id = ? AND used_at IS NULL AND expires_at > ?
		AND purpose IN (`+strings.Repeat("?, ", len(purposes)-1)+"?) ORDER BY id DESC LIMIT 1", args...).Scan(row.into()...)
	if err != nil {
		return nil, s.fault(err)
	}
	return row.verification(), nil
}

// OpenVerifications is part of verification.Store.
func (s *Store) OpenVerifications(ctx context.Context, p verification.Purpose, after provider.ID, limit int) ([]*verification.Verification, error) {
	return s.verifications(ctx, "purpose = ? AND used_at IS NULL AND expires_at > ? AND tries < ? AND id > ? ORDER BY id LIMIT ?",
		string(p), s.clock.Now(ctx), verification.MaxTries, rowID(after), limit)
}

func (s *Store) verifications(ctx context.Context, where string, args ...any) (list []*verification.Verification, err error) {
	rows, err := s.on(ctx).Raw("SELECT "+verificationColumns+" FROM verifications WHERE "+where, args...).Rows()
	if err != nil {
		return nil, s.fault(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row verificationRow
		if err := rows.Scan(row.into()...); err != nil {
			return nil, s.fault(err)
		}
		list = append(list, row.verification())
	}
	return list, s.fault(rows.Err())
}

// CloseVerificationsBut is part of verification.Store.
func (s *Store) CloseVerificationsBut(ctx context.Context, user provider.ID, kept verification.Purpose, before time.Time) error {
	return s.exec(ctx, "UPDATE verifications SET used_at = ? WHERE user_id = ? AND used_at IS NULL AND NOT (purpose = ? AND created_at < ?)",
		s.clock.Now(ctx), rowID(user), string(kept), before)
}

// CloseVerifications is part of account.Store.
func (s *Store) CloseVerifications(ctx context.Context, user provider.ID) error {
	return s.exec(ctx, "UPDATE verifications SET used_at = ? WHERE user_id = ? AND used_at IS NULL", s.clock.Now(ctx), rowID(user))
}
