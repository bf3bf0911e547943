package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type grantRow struct {
	ID          rowID
	ClientID    string
	Scopes      list
	Audience    list
	StandingKey []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt   *time.Time
	EndedAt     *time.Time
}

func (grantRow) TableName() string { return "grants" }

func (r grantRow) grant() *grant.Grant {
	return &grant.Grant{
		ID: provider.ID(r.ID), ClientID: r.ClientID, Scopes: r.Scopes, Audience: r.Audience, StandingKey: r.StandingKey,
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt), EndedAt: utc(r.EndedAt),
	}
}

// StandingGrant finds the live standing grant with the given key.
func (s *Store) StandingGrant(ctx context.Context, key []byte) (*grant.Grant, error) {
	var row grantRow
	if err := s.on(ctx).Where("standing_key = ? AND ended_at IS NULL", key).Take(&row).Error; err != nil {
		return nil, s.fault(err)
	}
	return row.grant(), nil
}

// CreateGrant stores a grant. For a client that is not there it returns provider.ErrNotFound.
func (s *Store) CreateGrant(ctx context.Context, g *grant.Grant) error {
	row := grantRow{rowID(g.ID), g.ClientID, g.Scopes, g.Audience, g.StandingKey, g.CreatedAt, g.ExpiresAt, g.EndedAt}
	return s.fault(s.on(ctx).Create(&row).Error)
}

// EndGrants ends every live grant of a client and counts them.
func (s *Store) EndGrants(ctx context.Context, clientID string, at time.Time) (int64, error) {
	result := s.on(ctx).Exec("UPDATE grants SET ended_at = ? WHERE client_id = ? AND ended_at IS NULL", at, clientID)
	return result.RowsAffected, s.fault(result.Error)
}
