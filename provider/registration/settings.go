package registration

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Mode says who may register a client.
type Mode string

// Off: nobody; there are no endpoints. WithToken: who has an initial access token. Open: anybody.
const (
	Off       Mode = "off"
	WithToken Mode = "token"
	Open      Mode = "open"
)

// Settings are what an operator chooses, and what the server offers.
type Settings struct {
	Mode Mode
	// Endpoint is the URL of the registration endpoint.
	Endpoint string
	// Issuer is that of the server, and Brand the name on its pages.
	Issuer, Brand string
	// Scopes and Audience are what clients may have that registered without a token of other terms.
	Scopes, Audience []string
	// Schemes without a dot that redirect URIs may have.
	Schemes []string
	// TokenFormat is the form of the access tokens.
	TokenFormat client.TokenFormat
	// GrantTypes, ResponseTypes and AuthMethods are those that the server supports.
	GrantTypes, ResponseTypes, AuthMethods []string
	// Unused is how long a client stays that registered without a token and nobody signed in to, Idle how
	// long one that somebody did, after the last time.
	Unused, Idle time.Duration
	// Most bounds the clients that register without a token in 24 hours. An address may have the 50th part of what is left.
	Most int
	// Issuers sign software statements.
	Issuers []StatementIssuer

	// shared: what is registered is the same for all servers, as documents are, and cannot be adapted to this one.
	// Redirect URIs and scopes that cannot be had here are left out.
	shared bool
}

// StatementIssuer is trusted to sign software statements, by the keys at a URL or those of a JWK set.
type StatementIssuer struct{ Issuer, JWKSURI, JWKS string }

// Terms are what a client may have that registers.
type Terms struct {
	Scopes, Audience, Hosts []string
	Schemes                 []string
}

func (s *Settings) terms(t *InitialToken) Terms {
	terms := Terms{Scopes: s.Scopes, Audience: s.Audience, Schemes: s.Schemes}
	if t == nil {
		return terms
	}
	if len(t.Scopes) > 0 {
		terms.Scopes = t.Scopes
	}
	if len(t.Audience) > 0 {
		terms.Audience = t.Audience
	}
	terms.Hosts = t.Hosts
	return terms
}
