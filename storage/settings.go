package storage

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// CatalogueVersion is a number that rises with every change of cached data.
func (s *Store) CatalogueVersion(ctx context.Context) (int64, error) {
	return s.setting(ctx, "catalogue_version")
}

// changeCatalogue changes cached data and raises the catalogue version.
func (s *Store) changeCatalogue(ctx context.Context, change func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		return s.change(ctx, "UPDATE settings SET value = value + 1 WHERE name = 'catalogue_version'")
	})
}

// MarkDemo marks the database as a demo, whose passwords are public.
func (s *Store) MarkDemo(ctx context.Context) error {
	return s.exec(ctx, "INSERT INTO settings (name, value) VALUES ('demo', 1) ON CONFLICT DO NOTHING")
}

// IsDemo tells whether MarkDemo was called.
func (s *Store) IsDemo(ctx context.Context) (bool, error) {
	_, err := s.setting(ctx, "demo")
	if errors.Is(err, provider.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (s *Store) setting(ctx context.Context, name string) (int64, error) {
	var value int64
	err := s.row(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	return value, s.fault(err)
}
