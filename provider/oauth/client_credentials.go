package oauth

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// clientIssuer prepares tokens for the client itself.
type clientIssuer interface {
	ForClient(ctx context.Context, c *client.Client, scopes, audience []string) (*grant.Prepared, error)
}

// clientCredentials is the grant of RFC 6749 section 4.4.
func clientCredentials(issuer tokenIssuer, scopes scopeCatalogue) part {
	return part{
		name:      "client credentials",
		grantType: client.ClientCredentials,
		token:     &grantHandler{issuance: &clientGrant{issuer, scopes}, grantType: client.ClientCredentials, store: issuer},
	}
}

type clientGrant struct {
	issuer clientIssuer
	scopes scopeCatalogue
}

// prepare prepares no refresh token: the client can request a token at any time (RFC 6749 section
// 4.4.3).
func (h *clientGrant) prepare(ctx context.Context, call *Call) (*grant.Prepared, error) {
	// RFC 6749 section 4.4: MUST only be used by confidential clients. Registration enforces it
	// too, but a row written by another version might break the rule.
	if call.client.Public() {
		return nil, refusal.New(refusal.UnauthorizedClient, refusal.CheckPublicClient,
			"A public client cannot use client credentials.")
	}
	scopes, err := allowedScopes(call.client, call.Form, h.scopes)
	if err != nil {
		return nil, err
	}
	audience, err := allowedAudience(call.client, call.Form, scopes)
	if err != nil {
		return nil, err
	}
	return h.issuer.ForClient(ctx, call.client, scopes, audience)
}

// refusal handles a client that was deleted during the request.
func (*clientGrant) refusal(call *Call, err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return challenged(call, authenticationFailed(refusal.CheckClientUnknown, "").Because(err))
	}
	return err
}
