package refusal

// tokenEntries are those of codes, of refreshing, of passwords and of client assertions.
func tokenEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckCode: {
			"Authorization code not valid",
			"The code is not one of this server, or was issued to another client.",
			"Exchange the code with the client that asked for it, and start again for a new one.",
			"Two installations of an application with different client ids are the usual reason.",
		},
		CheckCodeUsed: {
			"Authorization code used twice",
			"The code was exchanged already. Since one of the two may have stolen it, everything issued for it has been ended.",
			"Exchange each code once; start again for a new one.",
			"Look for retries, prefetching or doubled requests in the application. If there are none, the code was stolen.",
		},
		CheckCodeExpired: {
			"Authorization code expired",
			"A code can be exchanged for 60 seconds.",
			"Exchange the code at once; start again for a new one.",
			"Check that the application exchanges codes at once, and the clocks.",
		},
		CheckCodeRedirect: {
			"Redirect URI differs",
			"redirect_uri at the token endpoint is not the one of the authorization request.",
			"Send the same redirect_uri in both requests, letter by letter.",
			"The application builds the address in two places.",
		},
		CheckVerifier: {
			"PKCE verifier does not match",
			"code_verifier is missing or is not the one behind the code_challenge. The code cannot be used any more.",
			"Keep the verifier from the authorization request and send it with the code; start again for a new code.",
			"Several tabs that share one stored verifier are the usual reason.",
		},
		CheckRefreshToken: {
			"Refresh token unknown",
			"The refresh token is not one that this server issued, or what it belonged to was removed long ago.",
			"Send the person to sign in again.",
			"Look whether the application cuts or encodes what it keeps.",
		},
		CheckRefreshClient: {
			"Refresh token of another client",
			"The refresh token was issued to another client than the one that sent the request.",
			"Refresh with the client that the token was issued to.",
			"If the application never should have had this token, find out how it got it.",
		},
		CheckRefreshExpired: {
			"Refresh token expired",
			"The refresh token was not used for longer than is allowed.",
			"Send the person to sign in again.",
			"Lifetimes: GATEHOUSE_REFRESH_TOKEN_IDLE, or `gatehouse client update ID --refresh-token-idle`.",
		},
		CheckRefreshEnded: {
			"Sign-in ended",
			"What the refresh token was issued under has ended: the person signed out, consent was withdrawn, the token was revoked, or the longest time is over.",
			"Send the person to sign in again. With the scope offline_access refreshing outlives the sign-out.",
			"Lifetimes: GATEHOUSE_REFRESH_TOKEN_LIFETIME; the log tells of sessions and grants that were ended.",
		},
		CheckRefreshUser: {
			"User may not go on",
			"The user was disabled, or may not use this application any more.",
			"Tell the person to ask whoever runs the application.",
			"`gatehouse user get USER` and `gatehouse client users list CLIENT`.",
		},
		CheckRefreshSpent: {
			"Refresh token spent",
			"The refresh token was used a moment ago with other parameters. Nothing was revoked.",
			"Use the refresh token of the latest answer.",
			"Two parts of the application refresh at once and ask for different scopes.",
		},
		CheckRefreshReused: {
			"Refresh token used twice",
			"The refresh token was spent long ago and came again. One of the two who had it is not the application, so everything issued under it was ended.",
			"Send the person to sign in again. Keep only the refresh token of the latest answer.",
			"Either the application keeps old tokens, or a token was stolen: look where the request came from.",
		},
		CheckPassword: {
			"User name or password wrong",
			"There is no such user, or the password is another one.",
			"Ask the person to try again.",
			"Nothing is wrong, unless it happens to many people at once.",
		},
		CheckBusy: {
			"Too busy",
			"So many passwords or short client secrets are being verified that the server does not take another one. Nothing was looked at.",
			"Wait for the time in the Retry-After header and send the request again.",
			"Somebody may be guessing: look at the sign-in metrics and the addresses in the log. Clients with secrets of 32 characters or more never wait here.",
		},
		CheckThrottled: {
			"Too many failed tries",
			"Too many sign-ins failed for this account or from this address.",
			"Wait for the time in the Retry-After header.",
			"Somebody may be guessing passwords; the log line has the address.",
		},
		CheckRateLimit: {
			"Too many requests",
			"More requests came than the rate limit lets through: for this client, or from this address by callers that did not prove who they are.",
			"Wait for the time in the Retry-After header; the RateLimit header says what is left.",
			"The record names the policy. Raise it in GATEHOUSE_RATE_LIMITS, or for one client with \"gatehouse client update ID --rate-limit\"; if every caller seems to have one address, set GATEHOUSE_TRUSTED_PROXIES.",
		},
		CheckAssertion: {
			"Malformed client assertion",
			"The client assertion is not a signed JWT of an algorithm that is allowed for this client, or its type parameter is wrong (RFC 7523 section 2.2).",
			"Send client_assertion_type urn:ietf:params:oauth:client-assertion-type:jwt-bearer and sign with RS256, PS256, ES256 or EdDSA.",
			"The client may be registered for one algorithm alone: `gatehouse client get ID`.",
		},
		CheckSharedKeys: {
			"client_secret_jwt is off",
			"The client is registered for client_secret_jwt, which this server does not offer.",
			"Authenticate in another way: with the secret itself, or by private_key_jwt.",
			"Set GATEHOUSE_CLIENT_SECRET_JWT=true, or `gatehouse client update ID --auth-method any`.",
		},
		CheckAssertionKey: {
			"Client assertion not verified",
			"No registered key of the client verifies the signature of the assertion.",
			"Check which key signs and that its public part is registered, with the same kid if there is one.",
			"`gatehouse client get ID` shows where the client's keys come from.",
		},
		CheckAssertionClaims: {
			"Wrong claims in the client assertion",
			"iss and sub must be the client_id, aud must be the issuer (or the token endpoint) as one text and not a list, and jti must be there.",
			"Set aud to the issuer of this server's metadata.",
			"The application must change what it signs.",
		},
		CheckAssertionTime: {
			"Client assertion out of time",
			"The assertion has expired, lives longer than five minutes, or comes from the future.",
			"Make a new assertion for each request, with exp one minute ahead.",
			"Compare the clocks of the application and of this server.",
		},
		CheckAssertionReplay: {
			"Client assertion used twice",
			"An assertion with the same jti was used already.",
			"Make a new assertion, with a jti of its own, for each request.",
			"A library that retries may send the same one again; if it does not, somebody replays what they saw.",
		},
		CheckKeySetFetch: {
			"Keys of the client not available",
			"The key set at the client's jwks_uri could not be fetched.",
			"Check that the address is reachable from the internet over https and answers with a JWK set within five seconds.",
			"The log has the cause. A private address must be named in GATEHOUSE_OUTBOUND_ALLOW.",
		},
	}
}
