package refusal

// clientEntries are those of clients and how they authenticate.
func clientEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckApplication: {
			"Unknown application",
			"No application is registered under the client_id of the request.",
			"Check the client_id, and that the application uses the right server.",
			"`gatehouse client list` shows what is registered in this database.",
		},
		CheckClientAuthCount: {
			"More than one client authentication",
			"The request authenticates the client in more than one way. A request must use one (RFC 6749 section 2.3).",
			"Send either the Authorization header or client_secret in the body.",
			"Many HTTP libraries add the Authorization header by themselves when the URL contains a user name.",
		},
		CheckClientAuthNone: {
			"Client not authenticated",
			"The request does not identify a client.",
			"Authenticate with the client's id and secret by the registered method.",
			"The application must authenticate at this endpoint.",
		},
		CheckClientAuthBasic: {
			"Malformed Authorization header",
			"The Authorization header is not of the form \"Basic\", a space, and the base64 of client_id:client_secret, each form-encoded (RFC 6749 section 2.3.1).",
			"Use your library's function for HTTP Basic authentication.",
			"The application must change how it builds the header.",
		},
		CheckClientUnknown: {
			"Client authentication failed",
			"The client is unknown, or its credentials are missing or wrong.",
			"Check the client id, the secret, and that the application uses the right server.",
			"There is no client with this id: `gatehouse client list`.",
		},
		CheckClientDisabled: {
			"Client authentication failed",
			"The client is unknown, or its credentials are missing or wrong.",
			"Check the client id, the secret, and that the application uses the right server.",
			"The client is disabled: `gatehouse client enable ID`.",
		},
		CheckClientMethod: {
			"Client authentication failed",
			"The client is unknown, or its credentials are missing or wrong.",
			"Check the client id, the secret, and that the application uses the right server.",
			"The client is registered for another method. If it has a secret: `gatehouse client update ID --auth-method any` accepts it by Basic or in the body.",
		},
		CheckClientSecret: {
			"Client authentication failed",
			"The client is unknown, or its credentials are missing or wrong.",
			"Check the client id, the secret, and that the application uses the right server.",
			"The secret is wrong or has expired: `gatehouse client rotate-secret ID`.",
		},
		CheckPublicClient: {
			"Not for public clients",
			"A public client cannot use this: anyone could claim to be that client.",
			"Use a confidential client for this request.",
			"Register a confidential client; a public one can never use client credentials or introspection.",
		},
		CheckClientGrant: {
			"Grant type not allowed for this client",
			"The client is not registered for the grant type that it used.",
			"Ask the operator to register the grant type for this client.",
			"`gatehouse client update ID --add-grant-type TYPE`, if the client should have it.",
		},
		CheckClientResponse: {
			"Response type not allowed for this client",
			"The client is not registered for the response_type of its request.",
			"Use response_type=code, which clients are registered for unless they are registered for something else.",
			"`gatehouse client update ID --add-response-type TYPE`, if the client should have it: it puts tokens into the browser.",
		},
	}
}
