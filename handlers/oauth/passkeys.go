package oauth

import (
	"encoding/json"
	"net/http"
)

// Where browsers and password managers look for what concerns passkeys (Web Authentication Level 3, section
// 5.11; W3C, A Well-Known URL for Relying Party Passkey Endpoints).
const (
	PasskeyOriginsPath   = "/.well-known/webauthn"          //nolint:gosec // where a document stands
	PasskeyEndpointsPath = "/.well-known/passkey-endpoints" //nolint:gosec // where a document stands
)

// factorsPage is where people manage their passkeys, and enrolPage where they add one, which leads there.
const (
	factorsPage = "/account/security/factors"
	enrolPage   = "/set-up?next=" + factorsPage
)

// PasskeyOrigins serves the document of the sites whose pages may use the passkeys of this one.
func PasskeyOrigins(origins []string) func(http.ResponseWriter, *http.Request) error {
	return passkeyDocument(map[string]any{"origins": origins})
}

// PasskeyEndpoints serves the document by which password managers lead people to the page for passkeys.
func PasskeyEndpoints(issuer string) func(http.ResponseWriter, *http.Request) error {
	return passkeyDocument(map[string]any{"enroll": issuer + enrolPage, "manage": issuer + factorsPage})
}

func passkeyDocument(content map[string]any) func(http.ResponseWriter, *http.Request) error {
	document, err := json.Marshal(content)
	if err != nil { // strings alone
		return func(http.ResponseWriter, *http.Request) error { return err }
	}
	return Discovery(document)
}
