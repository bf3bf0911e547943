package refusal

import (
	"strings"
	"unicode"
)

// Command is what an operator can paste into a shell to let the next such request through, if
// it should be; empty where there is no such command. It contains what a caller sent: the
// operator who pastes it must have decided that the value belongs to the client.
func (r Record) Command() string {
	if r.ClientID == "" || r.ClientID[0] == '-' { // that would be read as a flag
		return ""
	}
	switch r.Check {
	case CheckClientDisabled:
		return "gatehouse client enable " + Quote(r.ClientID)
	case CheckClientSecret:
		return "gatehouse client rotate-secret " + Quote(r.ClientID)
	case CheckClientMethod:
		return r.methodCommand()
	case CheckManagement, CheckAuthority:
		return r.add(FieldScope, "--add-scope")
	case CheckManagementAudience:
		return r.add(FieldAudience, "--add-audience")
	case CheckPKCEMethod:
		if r.Received == "plain" {
			return "gatehouse client update " + Quote(r.ClientID) + " --allow-plain-pkce"
		}
		return ""
	default:
		flag := r.flag()
		if flag == "" || !whole(r.Received) || (r.Check == CheckScope && severalScopes(r.Received)) {
			return ""
		}
		return "gatehouse client update " + Quote(r.ClientID) + " " + flag + " " + Quote(r.Received)
	}
}

// add registers what was expected: the request did not name it.
func (r Record) add(field Field, flag string) string {
	if r.Field != field || !whole(r.Expected) {
		return ""
	}
	return "gatehouse client update " + Quote(r.ClientID) + " " + flag + " " + Quote(r.Expected)
}

// methodCommand admits a secret by Basic and in the body alike. Nothing else is proposed: anybody
// can send a request without credentials in the name of a client, and registering what was received
// would let it in without any.
func (r Record) methodCommand() string {
	secret := func(method string) bool { return method == "client_secret_basic" || method == "client_secret_post" }
	if r.Field != FieldAuthMethod || !secret(r.Received) || !secret(r.Expected) {
		return ""
	}
	return "gatehouse client update " + Quote(r.ClientID) + " --auth-method any"
}

// flag is the one of "client update" that takes what was received.
func (r Record) flag() string {
	for _, known := range []struct {
		check Check
		field Field
		flag  string
	}{
		{CheckRedirectURI, FieldRedirectURI, "--add-redirect-uri"},
		{CheckLogout, FieldPostLogout, "--add-post-logout-redirect-uri"},
		{CheckScope, FieldScope, "--add-scope"},
		{CheckAudience, FieldAudience, "--add-audience"},
		{CheckClientGrant, FieldGrantType, "--add-grant-type"},
	} {
		if r.Check == known.check && r.Field == known.field {
			return known.flag
		}
	}
	return ""
}

// whole tells whether a value came through as it was sent, and can be typed. A zero byte, an
// escape sequence or a mark that turns the text around would show another command than the one
// that runs.
func whole(value string) bool {
	return value != "" && !strings.HasPrefix(value, "…") && !strings.HasSuffix(value, "…") &&
		!strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) })
}

// severalScopes tells whether a scope reads like some that were not separated by spaces: it is the
// request that is wrong, and not the registration.
func severalScopes(value string) bool {
	return strings.ContainsAny(value, ",+") || strings.Contains(value, "%20")
}

// ScopeDescribe is the command that describes a scope, with further flags, each after a space. The dots
// are for the person who pastes it to replace.
func ScopeDescribe(name, flags string) string {
	if strings.HasPrefix(name, "-") { // which would be read as a flag
		return "gatehouse scope describe" + flags + " -- " + Quote(name) + ` "..."`
	}
	return "gatehouse scope describe " + Quote(name) + ` "..."` + flags
}

// Quote makes one word of a value for a shell: nothing means anything between single quotes.
func Quote(value string) string {
	if value != "" && value[0] != '-' && !strings.ContainsFunc(value, quoted) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// quoted finds what could mean something to some shell.
func quoted(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
}
