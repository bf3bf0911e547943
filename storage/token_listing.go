package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type listedRow struct {
	Grant         grantRow `gorm:"embedded"`
	Username      optionalText
	TokenID       rowID
	IssuedAt      time.Time
	AtExpiresAt   time.Time
	RevokedAt     *time.Time
	TokenScopes   optionalList `gorm:"type:text"`
	TokenAudience optionalList `gorm:"type:text"`
}

// Tokens pages through the issued tokens, newest first.
func (s *Store) Tokens(ctx context.Context, of grant.Filter, before provider.ID, limit int) (grant.Page, error) {
	if before.IsZero() {
		before = lastID()
	}
	w, err := s.tokenWindow(ctx, of, before, limit)
	if err != nil {
		return grant.Page{}, err
	}
	also := w.also.where()
	var rows []listedRow
	err = s.on(ctx).Raw(`SELECT u.username, t.id AS token_id, t.issued_at, t.at_expires_at, t.revoked_at, t.scopes AS token_scopes, t.audience AS token_audience, `+grantColumns+`
		FROM (SELECT w.* FROM (`+w.text+`) w WHERE `+also.text+` ORDER BY w.id DESC LIMIT ?) t
			JOIN grants g ON g.id = t.grant_id LEFT JOIN users u ON u.id = g.user_id
		ORDER BY t.id DESC`, append(append(append([]any{}, w.args...), also.args...), limit)...).Scan(&rows).Error
	if err != nil {
		return grant.Page{}, s.fault(err)
	}
	page := grant.Page{Tokens: make([]grant.Listed, len(rows))}
	for i, r := range rows {
		page.Tokens[i] = r.listed()
	}
	if len(rows) == limit {
		page.Next = page.Tokens[limit-1].Token.ID
		return page, nil
	}
	if len(w.also) == 0 {
		return page, nil // the window was no larger, and was not full either
	}
	page.Next, err = s.endOf(ctx, w)
	return page, err
}

func (r listedRow) listed() grant.Listed {
	g := r.Grant.grant()
	return grant.Listed{Grant: *g, Username: string(r.Username), Token: grant.Token{
		ID: provider.ID(r.TokenID), GrantID: g.ID, IssuedAt: r.IssuedAt.UTC(), AccessExpiresAt: r.AtExpiresAt.UTC(), RevokedAt: utc(r.RevokedAt),
		Scopes: r.TokenScopes, Audience: r.TokenAudience,
	}}
}

// endOf is the last token of a window that is full, after which there may be more; or zero.
func (s *Store) endOf(ctx context.Context, w window) (provider.ID, error) {
	var last rowID
	var count int
	err := s.fault(s.row(ctx, "SELECT w.id, count(*) OVER () FROM ("+w.text+") w ORDER BY w.id LIMIT 1", w.args...).Scan(&last, &count))
	if errors.Is(err, provider.ErrNotFound) || err == nil && count < w.size {
		return provider.ID{}, nil
	}
	return provider.ID(last), err
}
