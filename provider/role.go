package provider

import "strings"

// ValidRole tells whether a text can be a role of a user, and so a group of a client: 1 to 50 lower-case
// letters, digits or -.
func ValidRole(role string) bool {
	return role != "" && len(role) <= 50 && !strings.ContainsFunc(role, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}
