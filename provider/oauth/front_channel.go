package oauth

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// frontIssuer prepares and stores what the authorization endpoint issues itself.
type frontIssuer interface {
	ForResponse(ctx context.Context, c *client.Client, g *grant.Grant, r grant.Response) (*grant.Prepared, error)
	preparedStore
}

// frontChannel are the response types that put tokens into the authorization response: the implicit
// and the hybrid flow (OpenID Connect Core sections 3.2 and 3.3). What a browser carries can be read
// there, and no client proves itself to get it, so that they are off unless the deployment names
// them (RFC 9700 section 2.1.2).
func frontChannel(types []string, idTokens *IDTokens, issuer frontIssuer) part {
	h := &frontChannelResponse{idTokens, issuer}
	return part{
		name:          "front channel",
		grantType:     client.Implicit,
		responseTypes: types,
		check:         func(_ context.Context, r *AuthorizeRequest, _ url.Values) error { return r.forFrontChannel() },
		prepare:       h.prepare,
		authorize:     h,
		describe: func(m *Metadata) {
			m.ClaimsSupported = append(m.ClaimsSupported, "c_hash")
			slices.Sort(m.ClaimsSupported)
		},
	}
}

// forFrontChannel checks what responses with tokens demand of a request.
func (r *AuthorizeRequest) forFrontChannel() error {
	if r.ResponseType == client.ResponseCode {
		return nil
	}
	if !r.returns(client.ResponseCode) {
		// It is for refresh tokens, which no response without a code leads to (OpenID Connect Core
		// section 11).
		r.Scopes = slices.DeleteFunc(slices.Clone(r.Scopes), func(s string) bool { return s == scopeOffline })
	}
	if !r.returns(client.ResponseIDToken) {
		return nil
	}
	if !slices.Contains(r.Scopes, scopeOpenID) {
		return refusal.New(refusal.InvalidScope, refusal.CheckScopeMissing, "The response_type "+r.ResponseType+" needs the scope openid.").
			Compare(refusal.FieldScope, scopeOpenID, strings.Join(r.Scopes, " "))
	}
	if r.Nonce == "" {
		// Without it an ID token of one sign-in could be put into another (OpenID Connect Core
		// sections 3.2.2.1 and 3.3.2.11).
		return refusal.New(refusal.InvalidRequest, refusal.CheckNonce, "The parameter nonce is missing, which the response_type "+r.ResponseType+" needs.")
	}
	return nil
}

// frontChannelResponse responds to an authorization request with tokens.
type frontChannelResponse struct {
	idTokens *IDTokens
	issuer   frontIssuer
}

// prepare signs the tokens. A code of the response was made before, since the ID token vouches for
// it.
func (h *frontChannelResponse) prepare(ctx context.Context, a *approval) (err error) {
	r := a.request
	if r.ResponseType == client.ResponseCode {
		return nil
	}
	wanted := grant.Response{AccessToken: r.returns(client.ResponseToken), Code: r.returns(client.ResponseCode)}
	if a.prepared, err = h.issuer.ForResponse(ctx, r.Client, a.grant, wanted); err != nil {
		return err
	}
	a.prepared.Nonce, a.prepared.Code = r.Nonce, a.codeText
	if r.returns(client.ResponseIDToken) {
		a.idToken, err = h.idTokens.Issue(ctx, r.Client, a.prepared)
	}
	return err
}

// HandleAuthorizeEndpointRequest is part of fosite.AuthorizeEndpointHandler.
func (h *frontChannelResponse) HandleAuthorizeEndpointRequest(ctx context.Context, r fosite.AuthorizeRequester, response fosite.AuthorizeResponder) error {
	a := CallOf(ctx).approval
	if a.request.returns(client.ResponseToken) {
		p := a.prepared
		if err := h.issuer.Store(ctx, p, client.Implicit); err != nil {
			if errors.Is(err, grant.ErrClientDisabled) { // after the request was checked
				return refusal.New(refusal.UnauthorizedClient, refusal.CheckClientDisabled, "The client is disabled.").For(a.request.Client.ID).Because(err)
			}
			return err
		}
		response.AddParameter("access_token", p.AccessToken)
		response.AddParameter("token_type", "Bearer")
		response.AddParameter("expires_in", strconv.FormatInt(int64(p.ExpiresIn/time.Second), 10))
		response.AddParameter("scope", strings.Join(p.Scopes, " "))
		r.SetResponseTypeHandled(client.ResponseToken)
	}
	if a.idToken != "" {
		response.AddParameter("id_token", a.idToken)
		r.SetResponseTypeHandled(client.ResponseIDToken)
	}
	return nil
}
