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

// ReadScope is the scope to read what the noun names.
func ReadScope(noun string) string { return scopePrefix + noun + ":read" }

// WriteScope is the scope to change what the noun names.
func WriteScope(noun string) string { return scopePrefix + noun + ":write" }

// AllScopes are the management scopes.
func AllScopes() []string {
	var all []string
	for _, noun := range nouns() {
		all = append(all, ReadScope(noun), WriteScope(noun))
	}
	return all
}

// Scopes are those of a list that are management scopes.
func Scopes(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !IsScope(s) })
}

// IsScope tells whether a scope is a management scope.
func IsScope(name string) bool {
	rest, ours := strings.CutPrefix(name, scopePrefix)
	noun, access, _ := strings.Cut(rest, ":")
	return ours && (access == "read" || access == "write") && slices.Contains(nouns(), noun)
}

// Scope is the management scope that an action needs.
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
