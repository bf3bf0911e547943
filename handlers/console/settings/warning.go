package settings

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Warning is something that keeps a client from working with a product.
type Warning string

// The warnings.
const (
	// NoCode: the client has no grant for people.
	NoCode Warning = "code"
	// NoOpenID: it may not ask for the scope openid.
	NoOpenID Warning = "openid"
	// NoEmail: it may not ask for the scope email.
	NoEmail Warning = "email"
	// Public: the product needs a client with a secret; Confidential: it should have none.
	Public       Warning = "public"
	Confidential Warning = "confidential"
	// Method: the client may send its secret only in a way in which the product does not.
	Method Warning = "method"
	// Alg: the product does not verify ID tokens of the client's algorithm.
	Alg Warning = "alg"
	// HTTPS: the product does not talk to this server, which has no TLS.
	HTTPS Warning = "https"
	// PKCE: the product sends no code challenge, which the client needs.
	PKCE Warning = "pkce"
	// Claims: the product looks for claims in ID tokens, where this client has none.
	Claims Warning = "claims"
	// Keys: the client authenticates by keys of its own, of which the settings know nothing.
	Keys Warning = "keys"
	// Unregistered: a redirect URI is not registered.
	Unregistered Warning = "unregistered"
)

// Field is the property of the registration that a warning is about; empty: there is none to change.
func (w Warning) Field() string {
	return map[Warning]string{
		NoCode: "grant_types", NoOpenID: "scopes", NoEmail: "scopes", Keys: "auth_method", Method: "auth_method", Alg: "id_token_signed_response_alg",
		PKCE: "require_pkce", Claims: "id_token_claims", Unregistered: "redirect_uris",
	}[w]
}

// Kind is the kind of another application that has to be registered instead, as the console names it; empty: this one can
// be changed.
func (w Warning) Kind() string { return map[Warning]string{Public: "web", Confidential: "native"}[w] }

// warnings are what keeps a client from working with a product.
func warnings(p Product, server Provider, c *client.Client, redirects []Redirect) []Warning {
	var list []Warning
	add := func(problem bool, w Warning) {
		if problem {
			list = append(list, w)
		}
	}
	add(!c.MayUse(client.AuthorizationCode) || !c.MayRespond(client.ResponseCode), NoCode)
	add(!c.MayAsk("openid"), NoOpenID)
	add(p.NeedsEmail && !c.MayAsk("email"), NoEmail)
	add(p.NeedsSecret && c.Public(), Public)
	add(p.NoSecret && !c.Public(), Confidential)
	add(c.AuthMethod == client.PrivateKeyJWT || c.AuthMethod == client.SecretJWT, Keys)
	add(p.Method != "" && c.HasSecret() && c.AuthMethod != client.SecretJWT && !c.Accepts(p.Method), Method)
	add(p.Algs != nil && !slices.Contains(p.Algs, c.IDTokenAlgorithm()), Alg)
	add(p.HTTPS && !secure(server.Issuer), HTTPS)
	add(p.NoPKCE && (c.RequirePKCE || c.Public()), PKCE)
	add(p.IDTokenClaims && !c.IDTokenClaims, Claims)
	add(slices.ContainsFunc(redirects, func(r Redirect) bool { return !r.Registered }), Unregistered)
	return list
}
