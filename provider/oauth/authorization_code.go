package oauth

import (
	"context"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// codeIssuer makes codes and prepares what they are exchanged for.
type codeIssuer interface {
	New(ctx context.Context) (grant.Code, string)
	Create(ctx context.Context, g *grant.Grant, code grant.Code) error
	Prepare(ctx context.Context, c *client.Client, x grant.Exchange) (*grant.Prepared, error)
}

// authorizationCode is the grant of RFC 6749 section 4.1.
func authorizationCode(codes codeIssuer, store preparedStore) part {
	return part{
		name:          "authorization code",
		grantType:     client.AuthorizationCode,
		responseTypes: []string{client.ResponseCode},
		prepare: func(ctx context.Context, a *approval) error {
			if a.request.returns(client.ResponseCode) {
				a.code, a.codeText = codes.New(ctx)
			}
			return nil
		},
		authorize: &codeResponse{codes},
		token:     &grantHandler{issuance: &codeGrant{codes}, grantType: client.AuthorizationCode, store: store},
	}
}

// codeResponse responds to an authorization request with a code.
type codeResponse struct{ codes codeIssuer }

// HandleAuthorizeEndpointRequest is part of fosite.AuthorizeEndpointHandler.
func (h *codeResponse) HandleAuthorizeEndpointRequest(ctx context.Context, r fosite.AuthorizeRequester, response fosite.AuthorizeResponder) error {
	a := CallOf(ctx).approval
	if !a.request.returns(client.ResponseCode) {
		return nil
	}
	code := a.code
	code.RedirectURI, code.Nonce = a.request.RedirectURI, a.request.Nonce
	if err := h.codes.Create(ctx, a.grant, code); err != nil {
		return err
	}
	response.AddParameter("code", a.codeText)
	r.SetResponseTypeHandled(client.ResponseCode)
	return nil
}

// codeGrant exchanges codes (RFC 6749 section 4.1.3) with PKCE.
type codeGrant struct{ codes codeIssuer }

func (h *codeGrant) prepare(ctx context.Context, call *Call) (*grant.Prepared, error) {
	x := grant.Exchange{Code: call.Form.Get("code"), RedirectURI: call.Form.Get("redirect_uri"), Verifier: call.Form.Get("code_verifier")}
	if x.Code == "" {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter code is missing.")
	}
	if x.RedirectURI == "" && len(call.client.RedirectURIs) == 1 {
		x.RedirectURI = call.client.RedirectURIs[0] // as at the authorization endpoint
	}
	var err error
	if x.Audience, err = narrowerAudience(call.client, call.Form); err != nil {
		return nil, err
	}
	return h.codes.Prepare(ctx, call.client, x)
}

// refusal gives each refusal of a code its check. The error code is invalid_grant (RFC 6749
// section 5.2), for the loser of a race too, unless the registration lost a scope or an audience.
// Only the client that the code was issued to, with the whole code, learns what is wrong.
func (*codeGrant) refusal(call *Call, err error) error {
	verifier := "The code_verifier does not match the authorization request (PKCE)."
	if call.Form.Get("code_verifier") == "" {
		verifier = "The parameter code_verifier is missing (PKCE)."
	}
	const unknown = "The authorization code is not valid, or was not issued to this client."
	return worded(err, []wording{
		{grant.ErrCodeUnknown, refusal.InvalidGrant, refusal.CheckCode, unknown},
		{grant.ErrCodeClient, refusal.InvalidGrant, refusal.CheckCode, unknown},
		{grant.ErrCodeUsed, refusal.InvalidGrant, refusal.CheckCodeUsed, "The authorization code was used already."},
		{grant.ErrCodeRepeated, refusal.InvalidGrant, refusal.CheckCodeUsed, "The authorization code was used already."},
		{grant.ErrCodeExpired, refusal.InvalidGrant, refusal.CheckCodeExpired, "The authorization code has expired."},
		{grant.ErrCodeEnded, refusal.InvalidGrant, refusal.CheckCodeEnded, "The grant of the authorization code has ended."},
		{grant.ErrCodeRedirect, refusal.InvalidGrant, refusal.CheckCodeRedirect, "The redirect_uri is not the one of the authorization request."},
		{grant.ErrCodeVerifier, refusal.InvalidGrant, refusal.CheckVerifier, verifier},
		{grant.ErrScope, refusal.InvalidScope, refusal.CheckScope, "The client may no longer request the scope that the user agreed to."},
		{grant.ErrAudience, refusal.InvalidTarget, refusal.CheckAudience, "The user did not agree to the audience, or the client may no longer request it."},
	})
}
