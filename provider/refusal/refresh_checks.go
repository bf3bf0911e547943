package refusal

// refreshEntries are those of refresh tokens.
func refreshEntries(limits Limits) map[Check]Entry {
	return map[Check]Entry{
		CheckRefreshToken: {
			"Refresh token unknown",
			"This server did not issue the refresh token, or its grant was removed long ago.",
			"Send the user to sign in again.",
			"Check whether the application truncates or encodes the token that it stores.",
		},
		CheckRefreshClient: {
			"Refresh token of another client",
			"The refresh token was issued to another client than the one that sent the request.",
			"Refresh with the client that the token was issued to.",
			"If the application should not have this token, find out how it got it.",
		},
		CheckRefreshExpired: {
			"Refresh token expired",
			"The refresh token was not used for longer than is allowed (" + inWords(limits.RefreshIdle) + " unless the client has its own limit).",
			"Send the user to sign in again.",
			"Lifetimes: GATEHOUSE_REFRESH_TOKEN_IDLE, or `gatehouse client update ID --refresh-token-idle`.",
		},
		CheckRefreshEnded: {
			"Grant ended",
			"The grant of the refresh token has ended: the user signed out, consent was withdrawn, the token was revoked, or the longest time is over (" + inWords(limits.Refresh) + " unless the client has its own).",
			"Send the user to sign in again. With the scope offline_access the grant outlives the sign-out.",
			"Lifetimes: GATEHOUSE_REFRESH_TOKEN_LIFETIME. The log has the sessions and grants that were ended.",
		},
		CheckRefreshUser: {
			"User without access",
			"The user was disabled, or may no longer use this application.",
			"Tell the user to ask the operator of the application.",
			"`gatehouse user get USER` and `gatehouse client users list CLIENT`.",
		},
		CheckRefreshSpent: {
			"Refresh token spent",
			"The refresh token was used a moment ago with other parameters. Nothing was revoked.",
			"Use the refresh token of the latest response.",
			"Two parts of the application refresh at once and ask for different scopes.",
		},
		CheckRefreshReused: {
			"Refresh token used twice",
			"The refresh token was replaced long ago and used again. Since it may have been stolen, everything issued under its grant was revoked.",
			"Send the user to sign in again. Keep only the refresh token of the latest response.",
			"Either the application keeps old tokens, or a token was stolen: check where the request came from.",
		},
	}
}
