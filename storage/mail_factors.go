package storage

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// MailFactor is part of factor.Store.
func (s *Store) MailFactor(ctx context.Context, user provider.ID) (*factor.App, error) {
	if !s.mailFactors {
		return nil, provider.ErrNotFound
	}
	var a factor.App
	if err := s.row(ctx, "SELECT created_at, used_at FROM mail_factors WHERE user_id = ?", rowID(user)).Scan(&a.CreatedAt, &a.UsedAt); err != nil {
		return nil, s.fault(err)
	}
	a.CreatedAt, a.UsedAt = a.CreatedAt.UTC(), utc(a.UsedAt)
	return &a, nil
}

// SetMailFactor is part of factor.Store. The row of the user is locked, so that the address stays what it is.
func (s *Store) SetMailFactor(ctx context.Context, user provider.ID, address string, at time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		u, err := s.LockUser(ctx, user)
		if err != nil {
			return err
		}
		if !u.EmailVerified || u.Email == "" || u.Email != address {
			return provider.ErrNotFound
		}
		err = s.exec(ctx, `INSERT INTO mail_factors (user_id, created_at) VALUES (?, ?)
			ON CONFLICT (user_id) DO UPDATE SET created_at = excluded.created_at, used_at = NULL`, rowID(user), at)
		if err != nil {
			return err
		}
		return s.setFactors(ctx, user)
	})
}

// UseMailFactor is part of factor.Store.
func (s *Store) UseMailFactor(ctx context.Context, user provider.ID, address string) error {
	return s.change(ctx, `UPDATE mail_factors SET used_at = ? WHERE user_id = ?
		AND EXISTS (SELECT 1 FROM users WHERE id = ? AND email = ? AND email_verified)`, s.clock.Now(ctx), rowID(user), rowID(user), address)
}

// RemoveMailFactor is part of factor.Store.
func (s *Store) RemoveMailFactor(ctx context.Context, user provider.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM mail_factors WHERE user_id = ?", rowID(user)); err != nil {
			return err
		}
		return s.setFactors(ctx, user)
	})
}

// endMailFactor ends codes by mail with the verified address to which they went, however that was lost. The user gets
// what became of the factors.
func (s *Store) endMailFactor(ctx context.Context, u *account.User) error {
	err := s.supersedeMail(ctx, u.ID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.setFactors(ctx, u.ID); err != nil {
		return err
	}
	u.Generation++
	u.Factors = withoutMail(u.Factors)
	return nil
}

// withoutMail is a list of kinds without factor.Mail; nil: there is no other.
func withoutMail(kinds []string) (others []string) {
	for _, kind := range kinds {
		if kind != factor.Mail {
			others = append(others, kind)
		}
	}
	return slices.Clip(others)
}
