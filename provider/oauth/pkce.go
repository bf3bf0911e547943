package oauth

import (
	"context"
	"net/url"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// pkce is RFC 7636. Required demands it of every client. Package grant checks the verifier with
// everything else that a code is bound to: fosite's handler deletes the challenge before it checks
// the verifier, so that a second attempt succeeds without one.
func pkce(required bool) part {
	return part{
		name: "PKCE",
		check: func(_ context.Context, r *AuthorizeRequest, form url.Values) error {
			return challenge(r, form, required)
		},
		authorize: codeChallenge{},
		describe:  func(m *Metadata) { m.CodeChallengeMethodsSupported = []string{grant.S256} },
	}
}

// challenge follows RFC 7636 and RFC 9700 section 2.1.1: a challenge is required of public clients,
// and of confidential ones that are registered so or where the deployment requires it of all; one
// that was sent is always enforced.
func challenge(r *AuthorizeRequest, form url.Values, required bool) error {
	if !r.returns(client.ResponseCode) { // there is nothing to bind
		return nil
	}
	r.Challenge, r.Method = form.Get("code_challenge"), form.Get("code_challenge_method")
	if r.Challenge == "" {
		if r.Method != "" || r.Client.Public() || r.Client.RequirePKCE || required {
			return refusal.New(refusal.InvalidRequest, refusal.CheckPKCE, "The parameter code_challenge is missing (PKCE).")
		}
		return nil
	}
	if r.Method == "" {
		r.Method = grant.Plain // RFC 7636 section 4.3
	}
	wrong := func(description string) error {
		return refusal.New(refusal.InvalidRequest, refusal.CheckPKCEMethod, description).Compare(refusal.FieldPKCEMethod, grant.S256, r.Method)
	}
	switch {
	case r.Method == grant.Plain && !r.Client.AllowPlainPKCE:
		return wrong("The code_challenge_method must be S256; plain, the default when none is sent, is not allowed for this client.")
	case r.Method != grant.Plain && r.Method != grant.S256:
		return wrong("This server does not support " + quoted("the code_challenge_method", r.Method, "this code_challenge_method") + ": it must be S256.")
	case r.Method == grant.S256 && len(r.Challenge) != 43, !grant.ValidVerifier(r.Challenge):
		return wrong("The code_challenge is malformed: for S256 it is 43 characters of base64url without padding.")
	}
	return nil
}

// codeChallenge binds the code to the challenge.
type codeChallenge struct{}

// HandleAuthorizeEndpointRequest is part of fosite.AuthorizeEndpointHandler.
func (codeChallenge) HandleAuthorizeEndpointRequest(ctx context.Context, _ fosite.AuthorizeRequester, _ fosite.AuthorizeResponder) error {
	a := CallOf(ctx).approval
	a.code.Challenge, a.code.Method = a.request.Challenge, a.request.Method
	return nil
}
