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

// onlyRead tells of a noun that no caller changes: the audit log, and what the server knows of refusals.
func onlyRead(noun string) bool { return noun == "audit" || noun == "errors" }

// ReadScope is the scope to read what the noun names.
func ReadScope(noun string) string { return scopePrefix + noun + ":read" }

// WriteScope is the scope to change what the noun names.
func WriteScope(noun string) string { return scopePrefix + noun + ":write" }

// AllScopes are the management scopes. Each is needed by an operation.
func AllScopes() []string {
	var all []string
	for _, noun := range nouns() {
		all = append(all, ReadScope(noun))
		if !onlyRead(noun) {
			all = append(all, WriteScope(noun))
		}
	}
	return all
}

// Scopes are those of a list that are management scopes.
func Scopes(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !IsScope(s) })
}

// IsScope tells whether a scope is a management scope.
func IsScope(name string) bool { return Reserved(name) && slices.Contains(AllScopes(), name) }

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
	noun, _, _ := strings.Cut(string(a), ".")
	switch noun {
	case "keyring":
		return WriteScope("keys")
	case "audit":
		return WriteScope(noun)
	default:
		return WriteScope(noun + "s")
	}
}
