package playground

// meaning says what a parameter, a claim or a member of an answer is; empty for one that is not of a standard.
func meaning(name string) string { return meanings()[name] }

func meanings() map[string]string {
	return map[string]string{ //nolint:gosec // texts about tokens, and no tokens
		// Parameters of requests and of authorization responses.
		"response_type":         "code: the browser brings back a code, and no token",
		"client_id":             "the application",
		"redirect_uri":          "where the answer goes; it must be registered, letter for letter",
		"scope":                 "what the token may do; openid asks for an ID token, offline_access for tokens that outlive the sign-in",
		"state":                 "comes back unchanged: the answer belongs to this request, and was not slipped in by another site",
		"code_challenge":        "the SHA-256 of the verifier, in base64url",
		"code_challenge_method": "S256: the challenge is a hash, of which nobody gets the verifier",
		"grant_type":            "what is exchanged for tokens",
		"code":                  "works once, for this client and this redirect URI, and for a minute",
		"code_verifier":         "what the challenge is the hash of: only the application that began has it",
		"token":                 "the token that it is about",
		"token_type_hint":       "where the server may look first",
		"password":              "the password of the person, which the application learns",
		"resource":              "the API that the token is for",
		// Token responses.
		"access_token":  "opens APIs and UserInfo",
		"token_type":    "Bearer: who has the token may use it",
		"expires_in":    "how long the access token lasts, in seconds",
		"refresh_token": "gets new tokens, once",
		"id_token":      "says who signed in, signed for the application",
		"scopes":        "the scope as a list",
		// Errors.
		"error":             "the kind of refusal, for programs",
		"error_description": "what to change",
		"error_uri":         "a page that explains the refusal",
		// The header of a token.
		"alg":  "the algorithm of the signature",
		"kid":  "the key of the signature, one of those that the server publishes",
		"typ":  "what kind of token it is",
		"keys": "the public keys of the server, the present and the next ones",
		// Claims.
		"iss":        "who issued it: this server",
		"sub":        "who signed in; it never changes, so accounts are kept under it",
		"aud":        "whom it is for: everybody else must refuse it",
		"azp":        "the application that it was issued to",
		"exp":        "when it ends",
		"iat":        "when it was issued",
		"nbf":        "not valid before",
		"auth_time":  "when the person last signed in",
		"nonce":      "is in the request and in the ID token: the one was made for the other",
		"acr":        "how strongly the person was authenticated",
		"amr":        "how the person was authenticated: pwd is a password",
		"at_hash":    "half of the hash of the access token: the two belong together",
		"c_hash":     "half of the hash of the code: the two belong together",
		"sid":        "the session at this server, for signing out",
		"jti":        "the id of the token",
		"grant_id":   "the consent that it was issued under",
		"active":     "whether the token is worth anything",
		"token_use":  "access_token or refresh_token",
		"username":   "the name that the person signs in with",
		"roles":      "the roles of the person here",
		"groups":     "the same, by the name that some products read",
		"updated_at": "when the account changed last",
		// The profile (OpenID Connect Core section 5.1).
		"name": "the whole name", "given_name": "the first name", "family_name": "the last name", "middle_name": "the middle name", "nickname": "a casual name",
		"preferred_username": "the name that the person signs in with; it may change",
		"profile":            "a page about the person", "picture": "a picture of the person", "website": "the person's own site",
		"gender": "the gender", "birthdate": "the date of birth", "zoneinfo": "the time zone", "locale": "the language",
		"email": "the address of mail; it may change", "email_verified": "whether the person has shown to read it",
		"phone_number": "the phone number", "phone_number_verified": "whether the person has shown to have it", "address": "the postal address",
	}
}

// isTime tells whether a member is a time in seconds since 1970.
func isTime(name string) bool {
	switch name {
	case "exp", "iat", "nbf", "auth_time", "updated_at":
		return true
	default:
		return false
	}
}
