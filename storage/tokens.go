package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// InsertToken stores an issuance while its grant is live. One statement does both: a grant
// that is ended at the same moment either comes before, and nothing is inserted, or after,
// and ends this token too.
func (s *Store) InsertToken(ctx context.Context, t *grant.Token) error {
	return s.retry(ctx, func() error {
		return s.changed(s.on(ctx).Exec(`INSERT INTO tokens (id, grant_id, issued_at, at_expires_at, at_hash)
			SELECT ?, id, ?, ?, ? FROM grants WHERE id = ? AND ended_at IS NULL`,
			rowID(t.ID), t.IssuedAt, t.AccessExpiresAt, t.AccessHash, rowID(t.GrantID)))
	})
}

// TokenWithGrant reads an issuance and what it was issued under.
func (s *Store) TokenWithGrant(ctx context.Context, id provider.ID) (*grant.Token, *grant.Grant, error) {
	t := grant.Token{ID: id}
	var row grantRow
	into := append([]any{&t.AccessHash, &t.IssuedAt, &t.AccessExpiresAt, &t.RevokedAt}, row.into()...)
	err := s.on(ctx).Raw("SELECT t.at_hash, t.issued_at, t.at_expires_at, t.revoked_at, "+grantColumns+`
		FROM tokens t JOIN grants g ON g.id = t.grant_id WHERE t.id = ?`, rowID(id)).Row().Scan(into...)
	if err != nil {
		return nil, nil, s.fault(err)
	}
	g := row.grant()
	t.GrantID, t.IssuedAt, t.AccessExpiresAt, t.RevokedAt = g.ID, t.IssuedAt.UTC(), t.AccessExpiresAt.UTC(), utc(t.RevokedAt)
	return &t, g, nil
}

// RevokeToken revokes one access token; the first revocation counts.
func (s *Store) RevokeToken(ctx context.Context, id provider.ID, at time.Time) error {
	return s.retry(ctx, func() error {
		return s.fault(s.on(ctx).Exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, rowID(id)).Error)
	})
}

// Tokens pages through what was issued, the newest first.
func (s *Store) Tokens(ctx context.Context, clientID string, before provider.ID, limit int) ([]grant.Listed, error) {
	query := s.on(ctx).Table("tokens t").Joins("JOIN grants g ON g.id = t.grant_id").
		Select(`t.id AS token_id, t.issued_at, t.at_expires_at, t.revoked_at,
			` + grantColumns).
		Order("t.id DESC").Limit(limit)
	if clientID != "" {
		query = query.Where("g.client_id = ?", clientID)
	}
	if !before.IsZero() {
		query = query.Where("t.id < ?", rowID(before))
	}
	var rows []struct {
		Grant       grantRow `gorm:"embedded"`
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
		list[i] = grant.Listed{Grant: *g, Token: grant.Token{
			ID: provider.ID(r.TokenID), GrantID: g.ID, IssuedAt: r.IssuedAt.UTC(), AccessExpiresAt: r.AtExpiresAt.UTC(), RevokedAt: utc(r.RevokedAt),
		}}
	}
	return list, nil
}
