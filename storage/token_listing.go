package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// Tokens pages through the issued tokens, newest first.
func (s *Store) Tokens(ctx context.Context, of grant.Filter, before provider.ID, limit int) ([]grant.Listed, error) {
	query := s.on(ctx).Table("tokens t").Joins("JOIN grants g ON g.id = t.grant_id LEFT JOIN users u ON u.id = g.user_id").
		Select(`u.username, t.id AS token_id, t.issued_at, t.at_expires_at, t.revoked_at,
			` + grantColumns).
		Order("t.id DESC").Limit(limit)
	if of.ClientID != "" {
		query = query.Where("g.client_id = ?", of.ClientID)
	}
	if !of.UserID.IsZero() {
		query = query.Where("g.user_id = ?", rowID(of.UserID))
	}
	if !before.IsZero() {
		query = query.Where("t.id < ?", rowID(before))
	}
	var rows []struct {
		Grant       grantRow `gorm:"embedded"`
		Username    optionalText
		TokenID     rowID
		IssuedAt    time.Time
		AtExpiresAt time.Time
		RevokedAt   *time.Time
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]grant.Listed, len(rows))
	for i, r := range rows {
		g := r.Grant.grant()
		list[i] = grant.Listed{Grant: *g, Username: string(r.Username), Token: grant.Token{
			ID: provider.ID(r.TokenID), GrantID: g.ID, IssuedAt: r.IssuedAt.UTC(), AccessExpiresAt: r.AtExpiresAt.UTC(), RevokedAt: utc(r.RevokedAt),
		}}
	}
	return list, nil
}
