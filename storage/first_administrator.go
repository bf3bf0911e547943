package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// OpenFirstAdministrator is part of firstadmin.Store.
func (s *Store) OpenFirstAdministrator(ctx context.Context, hash []byte, expires time.Time) error {
	n, err := s.count(ctx, "UPDATE first_administrator SET token_hash = ?, expires_at = ? WHERE NOT ended", hash, expires)
	if err == nil && n == 0 {
		return provider.ErrConflict
	}
	return err
}

// OpenFirstAdministratorOnce is part of firstadmin.Store. Of concurrent ones one changes the row; the others wait for its
// transaction and find the address open.
func (s *Store) OpenFirstAdministratorOnce(ctx context.Context, hash []byte, expires, now time.Time) error {
	const statement = `UPDATE first_administrator SET token_hash = ?, expires_at = ?
		WHERE NOT ended AND (expires_at IS NULL OR expires_at <= ?) AND NOT EXISTS (SELECT 1 FROM users)`
	n, err := s.count(ctx, statement, hash, expires, now)
	if err == nil && n == 0 {
		return provider.ErrConflict
	}
	return err
}

// AnyUser is part of firstadmin.Store.
func (s *Store) AnyUser(ctx context.Context) (found bool, err error) {
	err = s.fault(s.row(ctx, "SELECT EXISTS (SELECT 1 FROM users)").Scan(&found))
	return found, err
}

// FirstAdministratorOpen is part of firstadmin.Store.
func (s *Store) FirstAdministratorOpen(ctx context.Context, hash []byte, now time.Time) error {
	return s.fault(s.row(ctx, "SELECT id FROM first_administrator WHERE NOT ended AND token_hash = ? AND expires_at > ?", hash, now).Scan(new(int)))
}

// UseFirstAdministrator is part of firstadmin.Store. Of any number of concurrent uses one changes the row; the others
// wait for its transaction and find it ended.
func (s *Store) UseFirstAdministrator(ctx context.Context, hash []byte, now time.Time) error {
	return s.change(ctx, "UPDATE first_administrator SET ended = TRUE, token_hash = NULL, expires_at = NULL WHERE NOT ended AND token_hash = ? AND expires_at > ?", hash, now)
}

// FirstAdministratorEnded is part of firstadmin.Store.
func (s *Store) FirstAdministratorEnded(ctx context.Context) (ended bool, err error) {
	err = s.fault(s.row(ctx, "SELECT ended FROM first_administrator").Scan(&ended))
	if errors.Is(err, provider.ErrNotFound) { // somebody has emptied the table: it must not begin again
		return true, nil
	}
	return ended, err
}
