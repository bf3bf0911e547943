package reference

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// clientAuthentication are the parameters by which a client authenticates in the body instead of by
// HTTP Basic.
func clientAuthentication() []parameter {
	return []parameter{
		{name: "client_id", text: "Id of a client that does not use HTTP Basic"},
		{name: "client_secret", text: "Its secret"},
		{name: "client_assertion_type", text: "With client_assertion (RFC 7523 section 2.2)", schema: choice("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")},
		{name: "client_assertion", text: "A JWT that is signed with a key of the client"},
	}
}

func grantTypes() []string {
	var names []string
	for _, g := range client.GrantTypes() {
		if g != client.Implicit { // of which there is no token request
			names = append(names, string(g))
		}
	}
	return names
}

// byClient: a client with a secret, or one that authenticates in the body.
func byClient() []map[string][]string { return []map[string][]string{{"client_secret": {}}, {}} }

func byToken() []map[string][]string { return []map[string][]string{{"access_token": {}}} }

func tokenEndpoints() map[string]description {
	text, number, yes := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeInteger}, &huma.Schema{Type: huma.TypeBoolean}
	refused := []int{http.StatusBadRequest, http.StatusUnauthorized}
	hint := parameter{name: "token_type_hint", text: "access_token or refresh_token; not needed, since a token says what it is"}
	claims := object(map[string]*huma.Schema{"sub": {Type: huma.TypeString, Description: "The user, for ever"}}, "sub")
	return map[string]description{
		"token": {
			tag: "tokens", id: "get-token", summary: "Get tokens", text: "RFC 6749 section 3.2. Which parameters are needed depends on grant_type.",
			parameters: append([]parameter{
				{name: "grant_type", text: "What is exchanged", schema: choice(grantTypes()...), example: "client_credentials"},
				{name: "code", text: "The code, for authorization_code"},
				{name: "redirect_uri", text: "The redirect URI of the authorization request"},
				{name: "code_verifier", text: "The verifier of the code_challenge (RFC 7636)"},
				{name: "refresh_token", text: "The refresh token, for refresh_token"},
				{name: "username", text: "For the grant password of first-party clients"},
				{name: "password", text: "For the grant password of first-party clients"},
				{name: "scope", text: "Scopes, separated by spaces; without it, the default scopes of the client"},
				{name: "audience", text: "Resource server that the token is for, as the client is registered for it"},
				{name: "resource", text: "The same as a URI (RFC 8707)"},
			}, clientAuthentication()...),
			required: []string{"grant_type"}, errors: refused, security: byClient(),
			responses: map[int]response{http.StatusOK: {text: "The tokens (RFC 6749 section 5.1)", kind: wire.JSONType, schema: object(map[string]*huma.Schema{
				"access_token": text, "token_type": text, "expires_in": number, "refresh_token": text, "id_token": text, "scope": text, "scopes": list(huma.TypeString),
			}, "access_token", "token_type", "expires_in", "scope"), example: map[string]any{ //nolint:gosec // the prefix of a token
				"access_token": "gh_at_…", "token_type": "Bearer", "expires_in": 3600, "scope": "invoices:read", "scopes": []string{"invoices:read"},
			}}},
		},
		"introspect": {
			tag: "tokens", id: "introspect-token", summary: "Ask whether a token is valid", text: "RFC 7662. A caller learns of tokens that were issued to it, or are meant for it.",
			parameters: append([]parameter{{name: "token", text: "The token", example: "gh_at_…"}, hint}, clientAuthentication()...),
			required:   []string{"token"}, errors: refused, security: byClient(),
			responses: map[int]response{http.StatusOK: {text: "What is known of the token; of one that is not valid nothing else", kind: wire.JSONType, schema: object(map[string]*huma.Schema{
				"active": yes, "scope": text, "client_id": text, "username": text, "token_type": text, "exp": number, "iat": number, "sub": text, "iss": text,
				"acr": text, "amr": list(huma.TypeString), "auth_time": number,
			}, "active"), example: map[string]any{"active": true, "client_id": "billing", "scope": "invoices:read", "token_type": "Bearer"}}},
		},
		"revoke": {
			tag: "tokens", id: "revoke-own-token", summary: "Revoke a token", text: "RFC 7009. A refresh token ends with everything that was issued under its grant.",
			parameters: append([]parameter{{name: "token", text: "The token", example: "gh_rt_…"}, hint}, clientAuthentication()...),
			required:   []string{"token"}, errors: refused, security: byClient(),
			responses: map[int]response{http.StatusOK: {text: "The token is not valid any more, or never was", kind: wire.JSONType, schema: object(nil)}},
		},
		"revocations": {
			tag: "tokens", id: "follow-revocations", summary: "Follow what was revoked", text: "For resource servers that verify tokens themselves, with a token of their client for the scope gatehouse:revocations:read. The answer is a JWT of the type revocations+jwt, signed by the issuer.",
			parameters: []parameter{
				{name: "cursor", text: "That of the answer before; without it, everything that is kept"},
				{name: "wait", text: "Seconds to wait for news, at most 25"},
			},
			errors: append(refused, http.StatusForbidden, http.StatusServiceUnavailable), security: byToken(),
			responses: map[int]response{http.StatusOK: {text: "What was revoked after the cursor", kind: "application/revocations+jwt", schema: text}},
		},
		"userinfo": {
			tag: "tokens", id: "get-user-info", summary: "Read the claims about the user of an access token", text: "OpenID Connect Core section 5.3.",
			formOptional: true, anyBody: true, errors: append(refused, http.StatusForbidden), security: byToken(),
			responses: map[int]response{http.StatusOK: {
				text: "The claims that the scopes release; as a JWT for a client that is registered for signed or encrypted ones", kind: wire.JSONType, schema: claims,
				example: map[string]any{"sub": "01900000-0000-7000-8000-000000000000"}, others: map[string]*huma.Schema{"application/jwt": text},
			}},
		},
		"legacy check": {
			tag: "tokens", id: "check-access-token", summary: "Check a user's access token, as an older system did",
			text: "Only with the setting GATEHOUSE_LEGACY_TOKEN_CHECK. Introspection is better: it keeps the token out of the URL.",
			path: []parameter{{name: "token", text: "The access token"}}, errors: []int{http.StatusGone}, security: []map[string][]string{},
			responses: map[int]response{http.StatusOK: {text: "The user", kind: wire.JSONType, schema: object(map[string]*huma.Schema{
				"id": text, "username": text, "email": text, "phone_number": text, "roles": list(huma.TypeString),
			}, "id", "username", "email", "phone_number", "roles")}},
		},
	}
}
