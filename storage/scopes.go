package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type scopeRow struct {
	Name         string
	Description  string
	Descriptions string
	Claims       list
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
}

func (scopeRow) TableName() string { return "scopes" }

func scopeRowOf(s consent.Scope) (*scopeRow, error) {
	row := &scopeRow{Name: s.Name, Description: s.Description, Claims: s.Claims, CreatedAt: s.CreatedAt}
	if len(s.Descriptions) == 0 {
		return row, nil
	}
	text, err := json.Marshal(s.Descriptions)
	row.Descriptions = string(text)
	return row, err
}

func (r *scopeRow) scope() (consent.Scope, error) {
	s := consent.Scope{Name: r.Name, Description: r.Description, CreatedAt: r.CreatedAt.UTC()}
	if len(r.Claims) > 0 {
		s.Claims = r.Claims
	}
	if r.Descriptions == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(r.Descriptions), &s.Descriptions); err != nil {
		return s, fmt.Errorf("storage: descriptions of scope %s: %w", r.Name, err)
	}
	return s, nil
}

// CreateScope adds a scope to the catalogue.
func (s *Store) CreateScope(ctx context.Context, scope consent.Scope) error {
	row, err := scopeRowOf(scope)
	if err != nil {
		return err
	}
	return s.changeCatalogue(ctx, func(ctx context.Context) error { return s.fault(s.on(ctx).Create(row).Error) })
}

// Scopes lists the catalogue by name.
func (s *Store) Scopes(ctx context.Context) ([]consent.Scope, error) {
	var rows []scopeRow
	if err := s.on(ctx).Order("name").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	scopes := make([]consent.Scope, len(rows))
	for i := range rows {
		var err error
		if scopes[i], err = rows[i].scope(); err != nil {
			return nil, err
		}
	}
	return scopes, nil
}

// LockScope reads a scope and locks the row until the transaction ends.
func (s *Store) LockScope(ctx context.Context, name string) (consent.Scope, error) {
	var row scopeRow
	err := s.row(ctx, "SELECT name, description, descriptions, claims, created_at FROM scopes WHERE name = ?"+s.dialect.locking("FOR UPDATE"), name).
		Scan(&row.Name, &row.Description, &row.Descriptions, &row.Claims, &row.CreatedAt)
	if err != nil {
		return consent.Scope{}, s.fault(err)
	}
	return row.scope()
}

// UpdateScope replaces a scope.
func (s *Store) UpdateScope(ctx context.Context, scope consent.Scope) error {
	row, err := scopeRowOf(scope)
	if err != nil {
		return err
	}
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.change(ctx, "UPDATE scopes SET description = ?, descriptions = ?, claims = ? WHERE name = ?", row.Description, row.Descriptions, row.Claims, row.Name)
	})
}

// DeleteScope removes a scope from the catalogue.
func (s *Store) DeleteScope(ctx context.Context, name string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.change(ctx, "DELETE FROM scopes WHERE name = ?", name)
	})
}
