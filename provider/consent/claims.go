package consent

// ScopeOf is the scope that releases a claim about the user (OpenID Connect Core section 5.4), or
// empty: each claim belongs to one scope however it is requested, so that the claims parameter
// gives a client nothing that it could not request by scope.
func ScopeOf(claim string) string {
	switch claim {
	case "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at":
		return "profile"
	case "email", "email_verified":
		return "email"
	case "phone_number", "phone_number_verified":
		return "phone"
	case "address", "roles", "groups":
		return claim
	default:
		return ""
	}
}

// Claims lists the claims that ScopeOf knows, in the order of the consent page.
func Claims() []string {
	return []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
		"email", "email_verified", "phone_number", "phone_number_verified", "address", "roles", "groups",
	}
}
