package refusal

// scopeEntries are those of what is requested at the token endpoint and the authorization endpoint alike.
func scopeEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckGrantType: {
			"Grant type not supported",
			"This server does not offer the grant type that was asked for.",
			"grant_types_supported in /.well-known/openid-configuration lists those that it offers.",
			"The application asks for a grant that does not exist here; grant types are case-sensitive.",
		},
		CheckScopeSyntax: {
			"Malformed scope",
			"The scope parameter is a list of names separated by spaces (RFC 6749 section 3.3).",
			"Remove quotation marks, backslashes and line breaks.",
			"The application must change what it sends.",
		},
		CheckScope: {
			"Scope not allowed",
			"The client asked for a scope that it is not registered for, or that does not exist. Scopes are case-sensitive.",
			"Ask for the scopes that the client is registered for.",
			"`gatehouse client update ID --add-scope SCOPE`, if the client should have it.",
		},
		CheckScopeMissing: {
			"No scope",
			"The request names no scope, and the client has no default scopes.",
			"Name the scopes in the parameter scope.",
			"`gatehouse client update ID --default-scope SCOPE`, if the client should get it by default.",
		},
		CheckAudience: {
			"Audience not allowed",
			"The client asked for a token for an audience that it is not registered for, or, with a code or a refresh token, for one that the user did not agree to. Audiences must match exactly.",
			"Ask for an audience that the client is registered for, and name it in the authorization request first.",
			"`gatehouse client update ID --add-audience AUDIENCE`, if the client should reach it.",
		},
	}
}
