package refusal

// pageEntries are those of the pages that users see.
func pageEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckPassword: {
			"User name or password wrong",
			"There is no such user, or the password is wrong.",
			"Ask the user to try again.",
			"Nothing is wrong, unless it happens to many users at once.",
		},
		CheckDeletion: {
			"Account to be deleted",
			"The deletion of the account was asked for. Until it is deleted no application gets access to it.",
			"Sign in with a browser: the page asks whether the account is to be kept.",
			"`gatehouse user get NAME` shows when it will be deleted, and `gatehouse user keep NAME` keeps it.",
		},
		CheckSecondFactor: {
			"Second factor needed",
			"The user has a second factor, or must have one, and the password alone was sent, or the access token of a weaker sign-in or of one that is too long ago.",
			"Let the user sign in with the authorization code grant, with acr_values=2 or with the acr_values and max_age of the header WWW-Authenticate, and send the access token of that.",
			"Such a user gets tokens by the authorization code grant alone. `gatehouse user factors USERNAME` shows the factors.",
		},
		CheckUserOfClient: {
			"Not for this user",
			"The user who signed in may not use this application.",
			"Sign in as another user, or ask the operator of the application.",
			"`gatehouse client users add CLIENT USER`, if the user should have access.",
		},
		CheckFlow: {
			"This page cannot be used any more",
			"The form belongs to another browser, is too old, or was changed on the way.",
			"Go back to the application and start again.",
			"If it happens to many users, check whether a proxy removes cookies.",
		},
		CheckFinished: {
			"Already finished",
			"This sign-in has been completed already. The application got its response the first time.",
			"Go back to the application; if it did not let you in, start again there.",
			"Nothing is wrong: the user went back in the browser.",
		},
		CheckLogout: {
			"No return after the sign-out",
			"The post_logout_redirect_uri of the request is not registered for the application. It must match exactly.",
			"The sign-out itself was carried out. If you operate the application, register the URI exactly as it is sent.",
			"`gatehouse client update ID --add-post-logout-redirect-uri URI`, if the URI belongs to the application.",
		},
		CheckLogo: {
			"Logo not available",
			"The logo of the application could not be fetched, or is not an image that may be shown here.",
			"Check that logo_uri responds over https within five seconds, without a redirect, with a PNG, JPEG, GIF or WebP of at most 256 KiB and 2048 by 2048 pixels.",
			"The log has the cause. It is tried again after five minutes. A private address must be named in GATEHOUSE_OUTBOUND_ALLOW, or in GATEHOUSE_CLIENT_REGISTRATION_OUTBOUND_ALLOW for a client that registered itself.",
		},
	}
}
