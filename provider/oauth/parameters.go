package oauth

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// OnlyOnce refuses a repeated parameter: two parsers could each use another of its values (RFC 6749
// sections 3.1 and 3.2, Keycloak CVE-2026-9689). resource and audience may be repeated (RFC 8707
// section 2), and parameters that no endpoint reads are ignored.
func OnlyOnce(name string, values []string) error {
	if len(values) < 2 || !single(name) {
		return nil
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "The parameter "+name+" is repeated in the request.").
		Compare(refusal.FieldParameter, "", name)
}

// single tells whether an endpoint reads the parameter, and expects it once.
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

// quoted names a value of the request in an error description. Descriptions reach logs and pages of
// applications, which must not show sentences and links of an attacker: only a word of plain
// characters, or several response types, are quoted. For anything else it returns otherwise.
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

// quotedURI is quoted for a value that may be a URI.
func quotedURI(what, value, otherwise string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._:/ ", r)
	}
	if value == "" || len(value) > 100 || strings.ContainsFunc(value, odd) {
		return otherwise
	}
	return what + " " + value
}
