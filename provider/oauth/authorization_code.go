package oauth

import (
	"context"
	"errors"
	"slices"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// codeExchanger trades codes for tokens.
type codeExchanger interface {
	Exchange(ctx context.Context, c *client.Client, code, redirectURI, verifier string, within func(context.Context, grant.Exchanged) error) error
}

// authorizationCode is the grant of RFC 6749 section 4.1.3 with PKCE and, where openid was
// granted, an ID token. It takes the place of three of fosite's handlers: theirs check in
// one step and write in another, so that racing requests all win (fosite.md 2), delete the
// PKCE row before they look at the verifier (fosite.md 1), and sign the ID token when all
// else is committed (fosite.md 38).
type authorizationCode struct {
	codes    codeExchanger
	idTokens *IDTokens
}

var _ fosite.TokenEndpointHandler = (*authorizationCode)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*authorizationCode) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool {
	return false
}

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (*authorizationCode) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(string(client.AuthorizationCode))
}

// HandleTokenEndpointRequest looks at the form only: everything that depends on the code
// is done in one transaction, below.
func (*authorizationCode) HandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) error {
	if r.GetRequestForm().Get("code") == "" {
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter code is missing.")
	}
	return nil
}

// PopulateTokenEndpointResponse exchanges the code. The answer is filled in inside the
// transaction and sent after it: an ID token that cannot be signed leaves the code good.
func (h *authorizationCode) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	form := r.GetRequestForm()
	redirectURI := form.Get("redirect_uri")
	if redirectURI == "" && len(c.RedirectURIs) == 1 {
		redirectURI = c.RedirectURIs[0] // as at the authorization endpoint
	}
	err = h.codes.Exchange(ctx, c, form.Get("code"), redirectURI, form.Get("code_verifier"), func(ctx context.Context, x grant.Exchanged) error {
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
	return codeRefused(err)
}

// codeRefused gives each refusal of a code its check. To the client all are invalid_grant
// (RFC 6749 section 5.2), the loser of a race included, but for what its registration lost.
func codeRefused(err error) error {
	if errors.Is(err, grant.ErrScope) {
		return refusal.New(refusal.InvalidScope, refusal.CheckScope, "The client may not ask for the scope any more that was agreed to.").Because(err)
	}
	if errors.Is(err, grant.ErrAudience) {
		return refusal.New(refusal.InvalidTarget, refusal.CheckAudience, "The client may not reach the audience any more that was agreed to.").Because(err)
	}
	for sentinel, check := range map[error]refusal.Check{
		grant.ErrCodeUnknown: refusal.CheckCode, grant.ErrCodeClient: refusal.CheckCode, grant.ErrCodeUsed: refusal.CheckCodeUsed, grant.ErrCodeRepeated: refusal.CheckCodeUsed,
		grant.ErrCodeExpired: refusal.CheckCodeExpired, grant.ErrCodeRedirect: refusal.CheckCodeRedirect, grant.ErrCodeVerifier: refusal.CheckVerifier,
	} {
		if errors.Is(err, sentinel) {
			return withTimes(refusal.New(refusal.InvalidGrant, check, "The authorization code is not valid, or does not belong to this request.").Because(err), err)
		}
	}
	return err
}
