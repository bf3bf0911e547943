package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type scopeRow struct {
	Name        string
	Description string
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
}

func (scopeRow) TableName() string { return "scopes" }

// CreateScope adds a scope to the catalogue.
func (s *Store) CreateScope(ctx context.Context, scope consent.Scope) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		row := scopeRow(scope)
		return s.fault(s.on(ctx).Create(&row).Error)
	})
}

// Scopes lists the catalogue by name.
func (s *Store) Scopes(ctx context.Context) ([]consent.Scope, error) {
	var rows []scopeRow
	if err := s.on(ctx).Order("name").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	scopes := make([]consent.Scope, len(rows))
	for i, row := range rows {
		row.CreatedAt = row.CreatedAt.UTC()
		scopes[i] = consent.Scope(row)
	}
	return scopes, nil
}

// DescribeScope changes the description of a scope.
func (s *Store) DescribeScope(ctx context.Context, name, description string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.change(ctx, "UPDATE scopes SET description = ? WHERE name = ?", description, name)
	})
}

// DeleteScope removes a scope from the catalogue.
func (s *Store) DeleteScope(ctx context.Context, name string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.change(ctx, "DELETE FROM scopes WHERE name = ?", name)
	})
}
