package audit

import (
	"slices"
	"strings"
)

// The management scopes are gatehouse:NOUN:read and gatehouse:NOUN:write.
const scopePrefix = "gatehouse:"

// nouns are what management is about.
func nouns() []string {
	return []string{"clients", "scopes", "consents", "tokens", "sessions", "users", "keys", "audit", "errors", "limits", "webhooks"}
}

// RevocationFeed is the scope to follow the feed of what was revoked. It is for resource servers, and
// opens nothing of the management API.
const RevocationFeed = scopePrefix + "revocations:read"

// ReadScope is the scope to read what the noun names.
func ReadScope(noun string) string { return scopePrefix + noun + ":read" }

// WriteScope is the scope to change what the noun names.
func WriteScope(noun string) string { return scopePrefix + noun + ":write" }

// AllScopes are the management scopes that operations need. Nobody changes the audit log, or what the
// server knows of refusals.
func AllScopes() []string {
	var all []string
	for _, noun := range nouns() {
		all = append(all, ReadScope(noun))
		if noun != "audit" && noun != "errors" {
			all = append(all, WriteScope(noun))
		}
	}
	return all
}

// ReadScopes are the management scopes to read.
func ReadScopes() []string {
	return slices.DeleteFunc(AllScopes(), func(s string) bool { return !strings.HasSuffix(s, ":read") })
}

// Scopes are those of a list that operations need.
func Scopes(list []string) []string {
	needed := AllScopes()
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(needed, s) })
}

// IsScope tells whether a scope is a management scope. There are two of each noun, also where no
// operation needs one. RevocationFeed is one for those who register clients, to whom it is given.
func IsScope(name string) bool {
	noun, access, _ := strings.Cut(strings.TrimPrefix(name, scopePrefix), ":")
	if name == RevocationFeed {
		return true
	}
	return Reserved(name) && (access == "read" || access == "write") && slices.Contains(nouns(), noun)
}

// Reserved tells whether a scope has a name that only a management scope may have: one that is
// misspelled, or that a later version brings, must not be registered for something else.
func Reserved(name string) bool { return strings.HasPrefix(name, scopePrefix) }

// Lacking is the error of an actor who lacks a management scope.
type Lacking struct{ Scope string }

// Error names the scope.
func (l *Lacking) Error() string { return "needs the management scope " + l.Scope }

// Unwrap returns ErrForbidden.
func (*Lacking) Unwrap() error { return ErrForbidden }

// RequireAll returns *Lacking for the first of the management scopes that the actor lacks.
func (a Actor) RequireAll(scopes []string) error {
	for _, scope := range scopes {
		if !a.May(scope) {
			return &Lacking{scope}
		}
	}
	return nil
}

// Scope is the management scope that an action needs. Nobody has that of acts of the server alone.
func (a Action) Scope() string {
	if a == LogExport { // what it takes to read
		return ReadScope("audit")
	}
	noun, _, _ := strings.Cut(string(a), ".")
	switch noun {
	case "initial_token":
		return WriteScope("clients")
	case "keyring":
		return WriteScope("keys")
	case "factor", "recovery_codes":
		return WriteScope("users")
	case "audit":
		return WriteScope(noun)
	default:
		return WriteScope(noun + "s")
	}
}
