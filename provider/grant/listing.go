package grant

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Filter selects tokens by what was authorized; the zero value selects all.
type Filter struct {
	ClientID          string
	UserID, SessionID provider.ID
	// Scope is one that the access token has.
	Scope string
	// ActiveAt, when set, selects the access tokens that are active at that time.
	ActiveAt time.Time
}

// Page is a part of a list. It may be shorter than requested, or empty, although there are more: the
// work for a page is bounded, even where few tokens match. Next continues the list; zero: it is
// complete.
type Page struct {
	Tokens []Listed
	Next   provider.ID
}

// Listed is an issuance as an administrator sees it: everything but the credential, which only the
// client has.
type Listed struct {
	Token    Token
	Grant    Grant
	Username string // empty: a token of the client itself, or the user was deleted
}

// State is the state of the token at the given time: active, expired, revoked (on its own) or ended
// (with its grant).
func (l Listed) State(now time.Time) string {
	switch {
	case l.Token.RevokedAt != nil:
		return "revoked"
	case !l.Grant.Live(now):
		return "ended"
	case !now.Before(l.Token.AccessExpiresAt):
		return "expired"
	default:
		return "active"
	}
}

// List pages through the issued tokens, the newest first. Their grants have the scopes and the audience
// of the token.
func (i *Inspector) List(ctx context.Context, of Filter, before provider.ID, limit int) (Page, error) {
	page, err := i.store.Tokens(ctx, of, before, limit)
	for n := range page.Tokens {
		page.Tokens[n].Token.narrow(&page.Tokens[n].Grant)
	}
	return page, err
}
