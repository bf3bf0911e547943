package oauth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// refresher trades refresh tokens for tokens.
type refresher interface {
	Refresh(ctx context.Context, c *client.Client, text string, ask grant.Narrowing, within func(context.Context, grant.Exchanged) error) error
}

// refreshToken is the grant of RFC 6749 section 6. It takes the place of fosite's handler,
// which checks in one step and writes in another, so that racing requests all win
// (fosite.md 2), looks for reuse before it has seen the whole token (fosite.md 7), ignores
// the scope parameter, and knows no end of refreshing (fosite.md 15).
type refreshToken struct {
	tokens    refresher
	idTokens  *IDTokens
	catalogue scopeCatalogue
}

var _ fosite.TokenEndpointHandler = (*refreshToken)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*refreshToken) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (*refreshToken) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(string(client.RefreshToken))
}

// HandleTokenEndpointRequest looks at the form only.
func (*refreshToken) HandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) error {
	if r.GetRequestForm().Get("refresh_token") == "" {
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter refresh_token is missing.")
	}
	return nil
}

// PopulateTokenEndpointResponse refreshes. Where openid was granted there is a new ID token
// (OpenID Connect Core section 12.2): the same person and auth_time, no nonce.
func (h *refreshToken) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	form := r.GetRequestForm()
	var ask grant.Narrowing
	if strings.Trim(form.Get("scope"), " ") != "" {
		if ask.Scopes, err = allowedScopes(c, form, h.catalogue); err != nil {
			return err
		}
	}
	if len(form["resource"]) > 0 || len(form["audience"]) > 0 {
		if ask.Audience, err = allowedAudience(c, form); err != nil {
			return err
		}
	}
	err = h.tokens.Refresh(ctx, c, form.Get("refresh_token"), ask, func(ctx context.Context, x grant.Exchanged) error {
		populate(response, x.Issued)
		if !slices.Contains(x.Scopes, scopeOpenID) {
			return nil
		}
		idToken, err := h.idTokens.Issue(ctx, c, x)
		if err != nil {
			return err
		}
		response.SetExtra("id_token", idToken)
		return nil
	})
	return refreshRefused(err)
}

// refreshRefused gives each refusal its check and code.
func refreshRefused(err error) error {
	const text = "The refresh token is not valid: it is unknown, expired, spent, revoked, or not this client's."
	for _, known := range []struct {
		sentinel    error
		code        refusal.Code
		check       refusal.Check
		description string
	}{
		{grant.ErrRefreshUnknown, refusal.InvalidGrant, refusal.CheckRefreshToken, text},
		{grant.ErrRefreshClient, refusal.InvalidGrant, refusal.CheckRefreshClient, text},
		{grant.ErrRefreshExpired, refusal.InvalidGrant, refusal.CheckRefreshExpired, text},
		{grant.ErrRefreshEnded, refusal.InvalidGrant, refusal.CheckRefreshEnded, text},
		{grant.ErrRefreshUser, refusal.InvalidGrant, refusal.CheckRefreshUser, text},
		{grant.ErrRefreshSpent, refusal.InvalidGrant, refusal.CheckRefreshSpent, text},
		{grant.ErrRefreshReused, refusal.InvalidGrant, refusal.CheckRefreshReused, text},
		{grant.ErrScope, refusal.InvalidScope, refusal.CheckScope, "The scope is more than what was granted."},
		{grant.ErrAudience, refusal.InvalidTarget, refusal.CheckAudience, "The audience is not among those that were granted."},
	} {
		if errors.Is(err, known.sentinel) {
			return withTimes(refusal.New(known.code, known.check, known.description).Because(err), err)
		}
	}
	return err
}
