package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type codeRow struct {
	ID          rowID
	GrantID     rowID
	ExpiresAt   time.Time
	UsedAt      *time.Time
	Hash        []byte
	RedirectURI string `gorm:"column:redirect_uri"`
	Challenge   string
	Method      string
	Nonce       string
}

func (codeRow) TableName() string { return "authorization_codes" }

// CreateCode stores an authorization code.
func (s *Store) CreateCode(ctx context.Context, c *grant.Code) error {
	row := codeRow{rowID(c.ID), rowID(c.GrantID), c.ExpiresAt, c.UsedAt, c.Hash, c.RedirectURI, c.Challenge, c.Method, c.Nonce}
	return s.fault(s.on(ctx).Create(&row).Error)
}

// CodeWithGrant reads a code and what it was issued for, with the user if that is wanted. The
// code of a user who is disabled or gone, or may not use the client any more, is not found.
func (s *Store) CodeWithGrant(ctx context.Context, id provider.ID, withUser bool) (*grant.Code, *grant.Grant, error) {
	c := grant.Code{ID: id}
	var row grantRow
	var u userRow
	into := append([]any{&c.ExpiresAt, &c.UsedAt, &c.Hash, &c.RedirectURI, &c.Challenge, &c.Method, &c.Nonce}, row.into()...)
	columns := grantColumns
	if withUser {
		into, columns = append(into, u.into()...), grantColumns+", "+userColumns
	}
	err := s.row(ctx, "SELECT c.expires_at, c.used_at, c.hash, c.redirect_uri, c.challenge, c.method, c.nonce, "+columns+`
		FROM authorization_codes c JOIN grants g ON g.id = c.grant_id JOIN users u ON u.id = g.user_id JOIN clients k ON k.id = g.client_id
		WHERE c.id = ? AND NOT u.disabled AND `+mayUse("u.id"), rowID(id)).Scan(into...)
	if err != nil {
		return nil, nil, s.fault(err)
	}
	g := row.grant()
	if withUser {
		if g.User, err = s.userOf(&u); err != nil {
			return nil, nil, err
		}
	}
	c.GrantID, c.ExpiresAt, c.UsedAt = g.ID, c.ExpiresAt.UTC(), utc(c.UsedAt)
	return &c, g, nil
}

// UseCode marks a code as used. RFC 6749 section 4.1.2: it must not be used more than once, so of
// concurrent requests one wins.
func (s *Store) UseCode(ctx context.Context, id provider.ID, at time.Time) (bool, error) {
	n, err := s.count(ctx, "UPDATE authorization_codes SET used_at = ? WHERE id = ? AND used_at IS NULL", at, rowID(id))
	return n > 0, err
}
