package oauth

import (
	"context"
	"net/http"
	"slices"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// TokenEndpoint answers token requests (RFC 6749 section 3.2).
type TokenEndpoint struct {
	authenticator *Authenticator
	fosite        *fosite.Fosite
	grantTypes    []client.GrantType
}

// Grants are what the token endpoint issues through, one for each grant type.
type Grants struct {
	ClientCredentials clientCredentialsIssuer
	Codes             codeExchanger
	Refresh           refresher
	Password          userIssuer
}

// NewTokenEndpoint composes the endpoint with the grants that it offers.
func NewTokenEndpoint(a *Authenticator, g Grants, idTokens *IDTokens, signIn passwordVerifier, consents standingFinder, catalogue scopeCatalogue, clock provider.Clock) *TokenEndpoint {
	return &TokenEndpoint{
		authenticator: a,
		fosite: newFosite(
			&clientCredentials{g.ClientCredentials, catalogue},
			&authorizationCode{g.Codes, idTokens},
			&refreshToken{g.Refresh, idTokens, catalogue},
			&password{signIn, consents, g.Password, idTokens, catalogue, clock},
		),
		grantTypes: []client.GrantType{client.ClientCredentials, client.AuthorizationCode, client.RefreshToken, client.Password},
	}
}

// GrantTypes lists what the endpoint offers, for the metadata.
func (e *TokenEndpoint) GrantTypes() []client.GrantType { return slices.Clone(e.grantTypes) }

// TokenAnswer is what a token request yields. Parameters are those of RFC 6749 section
// 5.1; they hold credentials.
type TokenAnswer struct {
	Parameters map[string]any
	ClientID   string
}

// Token carries out a request whose form has been parsed. Origin is the address prefix that
// it came from, by which failed passwords are counted. When it returns without an error,
// what it issued is committed.
func (e *TokenEndpoint) Token(ctx context.Context, r *http.Request, origin string) (TokenAnswer, error) {
	grantType := client.GrantType(r.PostForm.Get("grant_type"))
	if grantType == "" {
		return TokenAnswer{}, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter grant_type is missing.")
	}
	// fosite answers invalid_request here, and compares without regard to case
	// (fosite.md 17 and 23).
	if !slices.Contains(e.grantTypes, grantType) {
		return TokenAnswer{}, refusal.New(refusal.UnsupportedGrantType, refusal.CheckGrantType,
			"This server does not offer "+quoted("the grant type", string(grantType), "the grant type that was asked for")+".").
			Compare(refusal.FieldGrantType, "", string(grantType))
	}
	c, err := e.authenticator.Authenticate(ctx, r)
	if err != nil {
		return TokenAnswer{}, err
	}
	if !c.MayUse(grantType) {
		return TokenAnswer{}, refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant,
			"The client is not registered for this grant type.").For(c.ID).
			Compare(refusal.FieldGrantType, joined(c.GrantTypes), string(grantType))
	}
	response, err := e.exchange(withClient(withOrigin(ctx, origin), c), r)
	if err != nil {
		return TokenAnswer{}, withClientID(asRefusal(err), c.ID)
	}
	return TokenAnswer{Parameters: response.ToMap(), ClientID: c.ID}, nil
}

func (e *TokenEndpoint) exchange(ctx context.Context, r *http.Request) (fosite.AccessResponder, error) {
	request, err := e.fosite.NewAccessRequest(ctx, r, exchange{})
	if err != nil {
		return nil, err
	}
	return e.fosite.NewAccessResponse(ctx, request)
}

func joined(types []client.GrantType) string {
	text := ""
	for i, t := range types {
		if i > 0 {
			text += " "
		}
		text += string(t)
	}
	return text
}
