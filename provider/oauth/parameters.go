package oauth

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// OnlyOnce refuses a parameter that was sent with several values: two readers could each take
// another one (RFC 6749 sections 3.1 and 3.2, Keycloak CVE-2026-9689). Those that name the
// audience may repeat (RFC 8707 section 2), and what no endpoint reads is ignored.
func OnlyOnce(name string, values []string) error {
	if len(values) < 2 || !single(name) {
		return nil
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "The parameter "+name+" stands more than once in the request.").
		Compare(refusal.FieldParameter, "", name)
}

// single tells whether a parameter is one that an endpoint reads, once.
func single(name string) bool {
	switch name {
	case "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age",
		"login_hint", "id_token_hint", "claims", "acr_values", "display", "ui_locales", "claims_locales",
		"code_challenge", "code_challenge_method", "request", "request_uri", "registration",
		"grant_type", "code", "code_verifier", "refresh_token", "username", "password",
		"client_secret", "client_assertion", "client_assertion_type",
		"token", "token_type_hint", "access_token",
		"post_logout_redirect_uri", "logout_hint":
		return true
	default:
		return false
	}
}

// quoted names a value of the request in an error description. That one reaches logs, and pages of
// applications, which must not show sentences and links of an attacker: a word of plain characters
// goes there, or several response types, and anything else is called otherwise.
func quoted(what, value, otherwise string) string {
	known := func(word string) bool { return slices.Contains([]string{"code", "token", "id_token", "none"}, word) }
	for _, word := range strings.Fields(value) {
		if word != value && !known(word) {
			return otherwise
		}
	}
	if strings.Contains(value, "://") {
		return otherwise
	}
	return quotedURI(what, value, otherwise)
}

// quotedURI is quoted for what may be a URI.
func quotedURI(what, value, otherwise string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._:/ ", r)
	}
	if value == "" || len(value) > 100 || strings.ContainsFunc(value, odd) {
		return otherwise
	}
	return what + " " + value
}
