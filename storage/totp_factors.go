package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

var _ factor.Store = (*Store)(nil)

// TOTP is part of factor.Store.
func (s *Store) TOTP(ctx context.Context, user provider.ID) (t factor.StoredTOTP, err error) {
	err = s.row(ctx, "SELECT secret, last_step, created_at, used_at FROM totp_factors WHERE user_id = ?", rowID(user)).
		Scan(&t.Sealed, &t.LastStep, &t.CreatedAt, &t.UsedAt)
	t.CreatedAt, t.UsedAt = t.CreatedAt.UTC(), utc(t.UsedAt)
	return t, s.fault(err)
}

// SetTOTP is part of factor.Store.
func (s *Store) SetTOTP(ctx context.Context, user provider.ID, t factor.StoredTOTP) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		err := s.exec(ctx, `INSERT INTO totp_factors (user_id, secret, key_id, last_step, created_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, key_id = excluded.key_id, last_step = excluded.last_step,
			created_at = excluded.created_at, used_at = NULL`, rowID(user), t.Sealed, sealedBy(t.Sealed), t.LastStep, t.CreatedAt)
		if err != nil {
			return err
		}
		return s.setFactors(ctx, user)
	})
}

// UseTOTPStep is part of factor.Store. It is one statement: of any number of concurrent attempts at a code one
// finds an older step (RFC 6238 section 5.2).
func (s *Store) UseTOTPStep(ctx context.Context, user provider.ID, sealed []byte, step int64) error {
	return s.retry(ctx, func() error {
		return s.change(ctx, "UPDATE totp_factors SET last_step = ?, used_at = ? WHERE user_id = ? AND secret = ? AND last_step < ?",
			step, s.clock.Now(ctx), rowID(user), sealed, step)
	})
}

// RemoveTOTP is part of factor.Store.
func (s *Store) RemoveTOTP(ctx context.Context, user provider.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM totp_factors WHERE user_id = ?", rowID(user)); err != nil {
			return err
		}
		return s.setFactors(ctx, user)
	})
}

// TOTPsSealedBefore lists the secrets that a data key with a lower id has sealed.
func (s *Store) TOTPsSealedBefore(ctx context.Context, keyID byte, limit int) ([]factor.Sealed, error) {
	return s.sealedBefore(ctx, "SELECT user_id AS id, secret AS value FROM totp_factors WHERE key_id < ? LIMIT ?", keyID, limit)
}

// ResealTOTP replaces the sealed secret if it is still the given one.
func (s *Store) ResealTOTP(ctx context.Context, user provider.ID, before, after []byte) error {
	return s.exec(ctx, "UPDATE totp_factors SET secret = ?, key_id = ? WHERE user_id = ? AND secret = ?", after, sealedBy(after), rowID(user), before)
}

func (s *Store) sealedBefore(ctx context.Context, query string, keyID byte, limit int) ([]factor.Sealed, error) {
	var rows []struct {
		ID    rowID
		Value []byte
	}
	if err := s.on(ctx).Raw(query, int64(keyID), limit).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	sealed := make([]factor.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = factor.Sealed{ID: provider.ID(r.ID), Value: r.Value}
	}
	return sealed, nil
}

// sealedBy is the id of the data key that sealed a value, with which it begins.
func sealedBy(sealed []byte) int64 {
	if len(sealed) == 0 {
		return 0
	}
	return int64(sealed[0])
}
