package oauth

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// idToken adds OpenID Connect to the grants: an ID token beside what is issued to a user who
// granted openid, and the parameters of the authorization request that are about the sign-in
// (OpenID Connect Core section 3.1.2.1).
func idToken(idTokens *IDTokens, s Settings) part {
	return part{
		name: "ID token",
		check: func(ctx context.Context, r *AuthorizeRequest, form url.Values) error {
			if err := prompts(r, form, s.Registration); err != nil {
				return err
			}
			r.offeredACR = s.OfferedACR
			r.askForACR(strings.Fields(form.Get("acr_values")))
			return idTokens.check(ctx, r, form)
		},
		token: &idTokenHandler{idTokens},
		describe: func(m *Metadata) {
			m.SubjectTypesSupported = []string{string(client.Public), string(client.Pairwise)}
			m.IDTokenSigningAlgValuesSupported = client.SigningAlgorithms()
			m.IDTokenEncryptionAlgs, m.IDTokenEncryptionEncs = client.AnswerAlgorithms(), client.AnswerEncryptions()
			m.UserInfoSigningAlgs = client.SigningAlgorithms()
			m.UserInfoEncryptionAlgs, m.UserInfoEncryptionEncs = client.AnswerAlgorithms(), client.AnswerEncryptions()
			m.ClaimTypesSupported = []string{"normal"}
			m.ClaimsSupported = claimNames()
			m.ClaimsParameterSupported = true
			m.ACRValuesSupported = acr.UpTo(s.OfferedACR)
			m.PromptValuesSupported = standardPrompts()
		},
	}
}

// idTokenHandler signs in the request phase: when the ID token cannot be signed, the code or the
// refresh token stays valid.
type idTokenHandler struct{ idTokens *IDTokens }

var _ fosite.TokenEndpointHandler = (*idTokenHandler)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*idTokenHandler) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (*idTokenHandler) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	p := exchangeOf(r).prepared
	return p != nil && !p.Grant.UserID.IsZero() && slices.Contains(p.Scopes, scopeOpenID)
}

// HandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (h *idTokenHandler) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) (err error) {
	x := exchangeOf(r)
	x.idToken, err = h.idTokens.Issue(ctx, CallOf(ctx).client, x.prepared)
	return err
}

// PopulateTokenEndpointResponse is part of fosite.TokenEndpointHandler.
func (*idTokenHandler) PopulateTokenEndpointResponse(_ context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if text := exchangeOf(r).idToken; text != "" {
		response.SetExtra("id_token", text)
	}
	return nil
}
