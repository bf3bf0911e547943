package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// RefreshToken reads an issuance with everything that decides whether its refresh token may still
// be used: the grant, its user, whether that user may use the client, and the session. With the
// user itself, if requested; then the token of a deleted user is not found.
func (s *Store) RefreshToken(ctx context.Context, id provider.ID, withUser bool) (*grant.Refreshable, error) {
	var t tokenRow
	var row grantRow
	var u userRow
	r := grant.Refreshable{}
	var disabled *bool
	into := append(t.into(), row.into()...)
	into = append(into, &disabled, &r.MayUse, &r.SessionSeenAt, &r.SessionExpiresAt, &r.SessionEndedAt)
	columns, join := "", "LEFT JOIN"
	if withUser {
		into, columns, join = append(into, u.into()...), ", "+userColumns, "JOIN"
	}
	err := s.row(ctx, "SELECT "+tokenColumns+grantColumns+`, u.disabled,
			`+mayUse("g.user_id")+`, s.seen_at, s.expires_at, s.ended_at`+columns+`
		FROM tokens t JOIN grants g ON g.id = t.grant_id JOIN clients k ON k.id = g.client_id
			`+join+` users u ON u.id = g.user_id LEFT JOIN sessions s ON s.id = g.session_id
		WHERE t.id = ?`, rowID(id)).Scan(into...)
	if err != nil {
		return nil, s.fault(err)
	}
	r.Grant = row.grant()
	if withUser {
		if r.Grant.User, err = s.userOf(&u); err != nil {
			return nil, err
		}
	}
	r.Token = t.token(id, r.Grant.ID)
	r.UserEnabled = disabled != nil && !*disabled
	r.SessionSeenAt, r.SessionExpiresAt, r.SessionEndedAt = utc(r.SessionSeenAt), utc(r.SessionExpiresAt), utc(r.SessionEndedAt)
	return &r, nil
}

// SpendRefreshToken marks a refresh token as spent for its successor. RFC 9700 section 4.14.2: of
// concurrent uses one wins.
func (s *Store) SpendRefreshToken(ctx context.Context, id, next provider.ID) (bool, error) {
	n, err := s.count(ctx, "UPDATE tokens SET next_id = ? WHERE id = ? AND next_id IS NULL AND rt_hash IS NOT NULL", rowID(next), rowID(id))
	return n > 0, err
}

// ExtendRefreshToken extends the expiry of a refresh token that is not rotated.
func (s *Store) ExtendRefreshToken(ctx context.Context, id provider.ID, until time.Time) error {
	return s.exec(ctx, "UPDATE tokens SET rt_expires_at = ? WHERE id = ? AND rt_expires_at < ?", until, rowID(id), until)
}
