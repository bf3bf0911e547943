package refusal

// assertionEntries are those of clients that authenticate by a signed JWT (RFC 7523).
func assertionEntries() map[Check]Entry {
	return map[Check]Entry{
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
			"iss and sub must be the client_id, aud must be the issuer or the token endpoint, and jti is required.",
			"Set aud to the issuer of this server's metadata.",
			"The application must change what it signs.",
		},
		CheckAssertionTime: {
			"Client assertion not valid at this time",
			"The assertion has expired, is valid for longer than five minutes, or was issued in the future.",
			"Make a new assertion for each request, with exp one minute ahead.",
			"Compare the clocks of the application and of this server.",
		},
		CheckAssertionReplay: {
			"Client assertion used twice",
			"An assertion with the same jti was used already.",
			"Make a new assertion, with a jti of its own, for each request.",
			"A library that retries may send the same assertion again; otherwise an attacker may be replaying it.",
		},
		CheckKeySetFetch: {
			"Keys of the client not available",
			"The key set at the client's jwks_uri could not be fetched.",
			"Check that the URL is reachable from this server over https and responds with a JWK set within five seconds.",
			"The log has the cause. A private address must be named in GATEHOUSE_OUTBOUND_ALLOW, or in GATEHOUSE_CLIENT_REGISTRATION_OUTBOUND_ALLOW for a client that registered itself.",
		},
		CheckEncryptionKey: {
			"No key to encrypt with",
			"The client is registered for encrypted ID tokens or UserInfo responses, and its keys have none for the algorithm.",
			"Publish a key of the right kind without use, or with use enc: RSA of 2048 bits or more for RSA-OAEP-256, P-256, P-384 or P-521 for ECDH-ES. Its alg, if it has one, must be the registered algorithm.",
			"`gatehouse client get ID` shows where the client's keys come from. Its code and its refresh token stay valid.",
		},
	}
}
