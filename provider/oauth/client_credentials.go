package oauth

import (
	"context"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// clientCredentialsIssuer issues to the client itself.
type clientCredentialsIssuer interface {
	ClientCredentials(ctx context.Context, c *client.Client, scopes, audience []string) (grant.Issued, error)
}

// clientCredentials is the grant of RFC 6749 section 4.4. It takes the place of fosite's
// handler, which grants by rules of its own and stamps tokens with the system clock.
type clientCredentials struct {
	issuer    clientCredentialsIssuer
	catalogue scopeCatalogue
}

var _ fosite.TokenEndpointHandler = (*clientCredentials)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*clientCredentials) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool {
	return false
}

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (*clientCredentials) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(string(client.ClientCredentials))
}

// HandleTokenEndpointRequest refuses what the client may not have.
func (h *clientCredentials) HandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) error {
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	// RFC 6749 section 4.4: MUST only be used by confidential clients. Registration keeps
	// to that as well; a registration from elsewhere might not have.
	if c.Public() {
		return refusal.New(refusal.UnauthorizedClient, refusal.CheckPublicClient,
			"A public client cannot use client credentials.").For(c.ID)
	}
	scopes, err := allowedScopes(c, r.GetRequestForm(), h.catalogue)
	if err != nil {
		return err
	}
	audience, err := allowedAudience(c, r.GetRequestForm())
	if err != nil {
		return err
	}
	for _, s := range scopes {
		r.GrantScope(s)
	}
	for _, a := range audience {
		r.GrantAudience(a)
	}
	return nil
}

// PopulateTokenEndpointResponse issues the token. There is no refresh token: the client
// can ask again at any time (RFC 6749 section 4.4.3).
func (h *clientCredentials) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	issued, err := h.issuer.ClientCredentials(ctx, c, r.GetGrantedScopes(), r.GetGrantedAudience())
	if err != nil {
		return err
	}
	populate(response, issued)
	return nil
}

// clientOf takes our client out of fosite's request.
func clientOf(r fosite.AccessRequester) (*client.Client, error) {
	c, ok := r.GetClient().(registered)
	if !ok {
		return nil, errNotOurWay
	}
	return c.Client, nil
}

// populate writes what every grant answers with. scope is always named (RFC 6749 section
// 5.1 wants it when it differs from what was asked), with an array beside it for readers
// that would otherwise split on the wrong character.
func populate(response fosite.AccessResponder, issued grant.Issued) {
	response.SetAccessToken(issued.AccessToken)
	response.SetTokenType("Bearer")
	response.SetExpiresIn(issued.ExpiresIn)
	response.SetScopes(issued.Scopes)
	scopes := issued.Scopes
	if scopes == nil {
		scopes = []string{} // an empty list, not null
	}
	response.SetExtra("scopes", scopes)
	if issued.RefreshToken != "" {
		response.SetExtra("refresh_token", issued.RefreshToken)
	}
}
