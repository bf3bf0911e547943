package refusal

// tokenEntries are those of tokens that are presented.
func tokenEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckAccessToken: {
			"Access token not valid",
			"The access token is missing, unknown, expired or revoked.",
			"Get a new access token and send it in the Authorization header.",
			"`gatehouse token list --client ID` shows the state of the client's tokens.",
		},
		CheckTokenScope: {
			"Access token without the scope openid",
			"UserInfo accepts only access tokens whose scope includes openid.",
			"Ask for the scope openid in the authorization request.",
			"The client must be registered for the scope openid and ask for it.",
		},
		CheckTokenAudience: {
			"Access token for another resource",
			"The access token is valid, but not for this API: its audience is another one, or none where the API must be named.",
			"Ask for a token whose audience is the API that it is sent to, with the audience parameter of the token request. The management API also takes the client's id and secret by HTTP Basic.",
			"\"Expected\" is the audience that the client must ask for, and \"Received\" that of the token.",
		},
		CheckNetwork: {
			"Not from this network",
			"The management API is for some networks only, and the request came from another one.",
			"Call the API from a network that the operator allows.",
			"GATEHOUSE_API_ALLOW lists the networks. If the address that was received is that of your own proxy, name the proxy in GATEHOUSE_TRUSTED_PROXIES.",
		},
		CheckTokenClient: {
			"Token of another client",
			"The token was issued to another client than the one that sent the request (RFC 7009 section 2.1).",
			"Revoke a token with the client that it was issued to.",
			"An operator can revoke it: `gatehouse token revoke`. If the application should not have this token, find out how it got it.",
		},
	}
}
