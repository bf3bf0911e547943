package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// InsertToken stores an issuance while its grant is live and its client enabled. One statement does
// all: a concurrent end of the grant either comes before, and nothing is inserted, or after, and ends
// this token too. The row of the client is not locked, which every token of a busy client would wait for: a token
// that is stored in the moment in which its client is disabled is refused by introspection, and resource servers
// that follow the feed refuse what is a few seconds younger than that.
func (s *Store) InsertToken(ctx context.Context, t *grant.Token) error {
	if t.RefreshHash == nil && t.Scopes == nil && t.Audience == nil {
		return s.insertToken(ctx, t.GrantID, `INSERT INTO tokens (id, grant_id, issued_at, at_expires_at, at_hash)
			SELECT ?, g.id, ?, ?, ? FROM `+liveGrant,
			rowID(t.ID), t.IssuedAt, t.AccessExpiresAt, t.AccessHash, rowID(t.GrantID))
	}
	return s.insertToken(ctx, t.GrantID, `INSERT INTO tokens (id, grant_id, issued_at, at_expires_at, at_hash, rt_hash, rt_expires_at, scopes, audience)
		SELECT ?, g.id, ?, ?, ?, ?, ?, ?, ? FROM `+liveGrant,
		rowID(t.ID), t.IssuedAt, t.AccessExpiresAt, t.AccessHash, t.RefreshHash, t.RefreshExpiresAt,
		optionalList(t.Scopes), optionalList(t.Audience), rowID(t.GrantID))
}

const liveGrant = "grants g JOIN clients k ON k.id = g.client_id WHERE g.id = ? AND g.ended_at IS NULL AND NOT k.disabled"

func (s *Store) insertToken(ctx context.Context, grantID provider.ID, statement string, args ...any) error {
	err := s.retry(ctx, func() error { return s.change(ctx, statement, args...) })
	if !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	var disabled bool
	found := s.row(ctx, "SELECT k.disabled FROM grants g JOIN clients k ON k.id = g.client_id WHERE g.id = ?", rowID(grantID)).Scan(&disabled)
	if found == nil && disabled {
		return grant.ErrClientDisabled
	}
	return err // also where that cannot be read: nothing was inserted
}

// tokenColumns and tokenInto read an issuance in a statement without GORM.
const tokenColumns = `t.at_hash, t.issued_at, t.at_expires_at, t.revoked_at, t.rt_hash, t.rt_expires_at, t.next_id, t.scopes, t.audience, ` //nolint:gosec // names of columns

type tokenRow struct {
	grant.Token

	next             optionalID
	scopes, audience optionalList
}

func (r *tokenRow) into() []any {
	return []any{
		&r.AccessHash, &r.IssuedAt, &r.AccessExpiresAt, &r.RevokedAt, &r.RefreshHash, &r.RefreshExpiresAt, &r.next, &r.scopes, &r.audience,
	}
}

func (r *tokenRow) token(id, grantID provider.ID) *grant.Token {
	t := r.Token
	t.ID, t.GrantID, t.NextID, t.Scopes, t.Audience = id, grantID, provider.ID(r.next), r.scopes, r.audience
	t.IssuedAt, t.AccessExpiresAt, t.RevokedAt, t.RefreshExpiresAt = t.IssuedAt.UTC(), t.AccessExpiresAt.UTC(), utc(t.RevokedAt), utc(t.RefreshExpiresAt)
	return &t
}

// TokenWithGrant reads an issuance and its grant.
func (s *Store) TokenWithGrant(ctx context.Context, id provider.ID) (*grant.Token, *grant.Grant, error) {
	var t tokenRow
	var row grantRow
	err := s.row(ctx, "SELECT "+tokenColumns+grantColumns+`
		FROM tokens t JOIN grants g ON g.id = t.grant_id WHERE t.id = ?`, rowID(id)).Scan(append(t.into(), row.into()...)...)
	if err != nil {
		return nil, nil, s.fault(err)
	}
	g := row.grant()
	return t.token(id, g.ID), g, nil
}

// Refreshable tells whether a grant has a refresh token that was not replaced.
func (s *Store) Refreshable(ctx context.Context, grantID provider.ID) (bool, error) {
	var n int
	err := s.row(ctx, "SELECT count(*) FROM tokens WHERE grant_id = ? AND rt_hash IS NOT NULL AND next_id IS NULL", rowID(grantID)).Scan(&n)
	return n > 0, s.fault(err)
}

// RevokeToken revokes one access token; the first revocation time is kept.
func (s *Store) RevokeToken(ctx context.Context, id provider.ID, at time.Time) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, rowID(id))
	})
}
