package consent

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// StandardScopes are those that every server has: of OpenID Connect (Core sections 3.1.2.1, 5.4
// and 11), and the user's roles, which some clients know as groups.
func StandardScopes() []string {
	return []string{"openid", "profile", "email", "address", "phone", "roles", "groups", "offline_access"}
}

// SignInScopes are the default scopes of an application that signs users in: several libraries
// request none.
func SignInScopes() []string { return []string{"openid", "profile", "email"} }

// BuiltIn tells whether every server has the scope: a standard one, or one of the management API,
// which users are never asked about.
func BuiltIn(name string) bool {
	return slices.Contains(StandardScopes(), name) || audit.IsScope(name)
}

// StandardDescription describes the scopes of OpenID Connect (Core sections 5.4 and 11) as long
// as the operator has not changed the description.
func StandardDescription(name string) string {
	switch name {
	case "profile":
		return "See your name and other details of your profile"
	case "email":
		return "See your email address"
	case "address":
		return "See your postal address"
	case "phone":
		return "See your phone number"
	case "roles":
		return "See your roles"
	case "groups":
		return "See your groups"
	case "offline_access":
		return "Keep this access while you are signed out"
	default:
		return ""
	}
}
