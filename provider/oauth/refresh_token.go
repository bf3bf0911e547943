package oauth

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// refresher prepares what refresh tokens are exchanged for.
type refresher interface {
	Prepare(ctx context.Context, c *client.Client, text string, ask grant.Narrowing) (*grant.Prepared, error)
}

// refreshToken is the grant of RFC 6749 section 6. Where openid was granted there is a new ID token
// (OpenID Connect Core section 12.2) with the same sub and auth_time, and without a nonce.
func refreshToken(tokens refresher, store preparedStore, scopes scopeCatalogue) part {
	return part{
		name:      "refresh token",
		grantType: client.RefreshToken,
		token:     &grantHandler{issuance: &refreshGrant{tokens, scopes}, grantType: client.RefreshToken, store: store},
		describe:  func(m *Metadata) { m.ScopesSupported = append(m.ScopesSupported, scopeOffline) },
	}
}

type refreshGrant struct {
	tokens refresher
	scopes scopeCatalogue
}

// prepare reads a narrower scope (RFC 6749 section 6) and audience (RFC 8707 section 2.2).
func (h *refreshGrant) prepare(ctx context.Context, call *Call) (_ *grant.Prepared, err error) {
	text := call.Form.Get("refresh_token")
	if text == "" {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter refresh_token is missing.")
	}
	var ask grant.Narrowing
	if strings.Trim(call.Form.Get("scope"), " ") != "" {
		if ask.Scopes, err = allowedScopes(call.client, call.Form, h.scopes); err != nil {
			return nil, err
		}
	}
	if ask.Audience, err = narrowerAudience(call.client, call.Form); err != nil {
		return nil, err
	}
	return h.tokens.Prepare(ctx, call.client, text, ask)
}

// refusal gives each refusal its check and code.
func (*refreshGrant) refusal(_ *Call, err error) error {
	const text = "The refresh token is not valid: it is unknown, expired, spent, revoked, or not this client's."
	return worded(err, []wording{
		{grant.ErrRefreshUnknown, refusal.InvalidGrant, refusal.CheckRefreshToken, text},
		{grant.ErrRefreshClient, refusal.InvalidGrant, refusal.CheckRefreshClient, text},
		{grant.ErrRefreshExpired, refusal.InvalidGrant, refusal.CheckRefreshExpired, text},
		{grant.ErrRefreshEnded, refusal.InvalidGrant, refusal.CheckRefreshEnded, text},
		{grant.ErrRefreshUser, refusal.InvalidGrant, refusal.CheckRefreshUser, text},
		{grant.ErrRefreshSpent, refusal.InvalidGrant, refusal.CheckRefreshSpent, text},
		{grant.ErrRefreshReused, refusal.InvalidGrant, refusal.CheckRefreshReused, text},
		{grant.ErrScope, refusal.InvalidScope, refusal.CheckScope, "The scope is wider than what was granted."},
		{grant.ErrAudience, refusal.InvalidTarget, refusal.CheckAudience, "The audience was not granted."},
	})
}
