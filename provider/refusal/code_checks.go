package refusal

// codeEntries are those of the exchange of an authorization code.
func codeEntries(limits Limits) map[Check]Entry {
	return map[Check]Entry{
		CheckCode: {
			"Authorization code not valid",
			"This server did not issue the code, or issued it to another client.",
			"Exchange the code with the client that asked for it, and start again for a new one.",
			"Two installations of an application with different client ids are the usual reason.",
		},
		CheckCodeUsed: {
			"Authorization code used twice",
			"The code was exchanged already. Since it may have been stolen, everything issued for it has been revoked.",
			"Exchange each code once; start again for a new one.",
			"Look for retries, prefetching or doubled requests in the application. If there are none, the code was stolen.",
		},
		CheckCodeExpired: {
			"Authorization code expired",
			"A code can be exchanged for " + inWords(limits.Code) + ".",
			"Exchange the code at once; start again for a new one.",
			"Check that the application exchanges codes at once. GATEHOUSE_CODE_LIFETIME sets the lifetime.",
		},
		CheckCodeEnded: {
			"Grant ended",
			"The grant of the code has ended: the user signed out or was disabled, consent was withdrawn, or what was issued to the client was revoked.",
			"Send the user to sign in again.",
			"The log has the sessions and grants that were ended, and `gatehouse audit list` who did that.",
		},
		CheckCodeRedirect: {
			"Redirect URI differs",
			"redirect_uri at the token endpoint is not the one of the authorization request.",
			"Send exactly the same redirect_uri in both requests.",
			"The application builds the URI in two places.",
		},
		CheckVerifier: {
			"PKCE verifier does not match",
			"code_verifier is missing or is not the one behind the code_challenge. The code cannot be used any more.",
			"Keep the verifier from the authorization request and send it with the code; start again for a new code.",
			"Several tabs that share one stored verifier are the usual reason.",
		},
	}
}
