package storage

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// changeCatalogue changes cached data and raises the catalogue version.
func (s *Store) changeCatalogue(ctx context.Context, change func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		return s.change(ctx, "UPDATE settings SET value = value + 1 WHERE name = 'catalogue_version'")
	})
}

// Values of the setting demo, which says for what the secrets of a database are public. Any of them keeps
// a server in production off it, also of versions that know fewer.
const (
	forDevelopment = 1
	forConformance = 2
)

// MarkDemo marks the database as a demo, whose passwords are public.
func (s *Store) MarkDemo(ctx context.Context) error { return s.mark(ctx, forDevelopment) }

// MarkConformance marks the database as one for the conformance suite, whose passwords are public, too.
func (s *Store) MarkConformance(ctx context.Context) error { return s.mark(ctx, forConformance) }

func (s *Store) mark(ctx context.Context, purpose int64) error {
	return s.exec(ctx, "INSERT INTO settings (name, value) VALUES ('demo', ?) ON CONFLICT DO NOTHING", purpose)
}

// IsDemo tells whether the database is marked, in either way.
func (s *Store) IsDemo(ctx context.Context) (bool, error) {
	purpose, err := s.purpose(ctx)
	return purpose != 0, err
}

// IsConformance tells whether MarkConformance was called.
func (s *Store) IsConformance(ctx context.Context) (bool, error) {
	purpose, err := s.purpose(ctx)
	return purpose == forConformance, err
}

func (s *Store) purpose(ctx context.Context) (int64, error) {
	purpose, err := s.setting(ctx, "demo")
	if errors.Is(err, provider.ErrNotFound) {
		return 0, nil
	}
	return purpose, err
}

func (s *Store) setting(ctx context.Context, name string) (int64, error) {
	var value int64
	err := s.row(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	return value, s.fault(err)
}
