package refusal

// authorizeEntries are those of authorization requests.
func authorizeEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckRedirectURI: {
			"Redirect URI not registered",
			"The redirect_uri of the request is not registered for the application. Redirect URIs must match exactly.",
			"If you came here from an application, tell its operator. If you operate it, register the redirect URI exactly as it is sent.",
			"`gatehouse client update ID --add-redirect-uri URI`, with the received value, if it belongs to the application.",
		},
		CheckResponseType: {
			"Response type not supported",
			"This server does not support the response_type of the request: code always works, and others only where they are turned on.",
			"Use the authorization code flow with PKCE: response_type=code. What else is on is in response_types_supported of /.well-known/openid-configuration.",
			"The application should change. If it cannot: set GATEHOUSE_RESPONSE_TYPES to what was received, and register the client for it.",
		},
		CheckFrontChannel: {
			"Tokens for an unsafe address",
			"The response_type puts tokens into the authorization response, and the redirect_uri is none where only the application can receive them.",
			"Use the authorization code flow with PKCE, or a redirect_uri that begins with https://.",
			"Web clients need https; native ones need https for access tokens. A program under development can be a native client.",
		},
		CheckNonce: {
			"Nonce required",
			"The response_type puts an ID token into the authorization response, and the request has no nonce.",
			"Send a random nonce with each request, and compare it with the one in the ID token.",
			"The application must change what it sends.",
		},
		CheckPKCE: {
			"PKCE required",
			"The request has no code_challenge, and this client must send one (RFC 7636).",
			"Turn on PKCE with S256 in your client library.",
			"Public clients always need it; a confidential one only if it is registered with require_pkce.",
		},
		CheckPKCEMethod: {
			"PKCE method not allowed",
			"The code_challenge is malformed, or its method is not S256.",
			"Send code_challenge_method=S256 and the base64url of the SHA-256 of the verifier, 43 characters.",
			"`gatehouse client update ID --allow-plain-pkce`, if the application cannot compute SHA-256.",
		},
		CheckPrompt: {
			"Malformed prompt",
			"The prompt parameter has none together with another value, or create where people cannot register themselves.",
			"Values are none, login, consent, select_account and, where prompt_values_supported names it, create; none stands alone.",
			"The application must change what it sends.",
		},
		CheckRequestObject: {
			"Request objects not supported",
			"The request came as a request object (request or request_uri), which this server does not support.",
			"Send the parameters one by one.",
			"GATEHOUSE_REQUEST_OBJECTS turns request objects on. Otherwise the application must change what it sends.",
		},
		CheckLoginRequired: {
			"Sign-in required",
			"The application asked for no page to be shown, but no user is signed in, or not in the way that it asked for.",
			"Send the request again without prompt=none.",
			"Nothing is wrong: this is how applications find out that they must show the pages.",
		},
		CheckConsentRequired: {
			"Consent required",
			"The application asked for no page to be shown, but the user has not agreed to this yet.",
			"Send the request again without prompt=none.",
			"Nothing is wrong: this is how applications find out that they must show the pages.",
		},
		CheckACR: {
			"Stronger sign-in required",
			"The application requires a kind of sign-in that this server does not offer: in the claim acr, marked essential, or in its registration.",
			"Ask for one of acr_values_supported in /.well-known/openid-configuration, or do not mark the claim essential. The registration has required_acr.",
			"The application must change what it asks for.",
		},
		CheckStepUp: {
			"Stronger sign-in required",
			"The application asked for no page to be shown, but the user has to give another factor for what it asks for (acr_values, the claim acr, or required_acr of its registration).",
			"Send the request again without prompt=none.",
			"Nothing is wrong: this is how applications find out that they must show the pages.",
		},
		CheckDenied: {
			"Declined",
			"The user did not sign in, or did not agree to what the application asked for.",
			"Offer to try again.",
			"Nothing is wrong: users may decline.",
		},
	}
}
