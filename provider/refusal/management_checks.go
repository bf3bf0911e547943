package refusal

// managementEntries are those of requests to the management API.
func managementEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckManagement: {
			"Scope of the operation missing",
			"The caller of the management API does not have the scope that the operation needs.",
			"Ask the operator to register the client for the scope that error_description names.",
			"`gatehouse client update ID --add-scope SCOPE`, if the client should be able to do that. \"Expected\" is the scope; \"Received\" are the management scopes that it has.",
		},
		CheckManagementToken: {
			"Access token without the scope of the operation",
			"The client is registered for the scope that the operation needs, but its access token was issued without it.",
			"Ask for the scope that error_description names in the scope parameter of the token request.",
			"Nothing to change here: the client has the scope, and must ask for it.",
		},
		CheckManagementUser: {
			"Not an administrator",
			"The user does not have the role admin, without which nobody administers.",
			"Sign in as an administrator.",
			"`gatehouse user set-roles USER ROLE... admin`, with every role that the user keeps, if the user should administer.",
		},
		CheckManagementClient: {
			"Not an application for administrators",
			"Administrators act through a client of type backend that users sign in to; through another one a page of another site could act for them.",
			"Use the application that is made for administrators.",
			"`gatehouse client get ID` shows the type and the grant types. Register a client of its own for administrators: of type backend, with a grant type by which users sign in (not client_credentials alone).",
		},
		CheckManagementAudience: {
			"Client without the management API as an audience",
			"The access token does not name the management API as its audience, and its client is not registered for that audience.",
			"Ask the operator to register the audience, then ask for it in the audience parameter of the token request. Or send the client's id and secret by HTTP Basic.",
			"`gatehouse client update ID --add-audience URL` registers the audience in \"Expected\".",
		},
		CheckConsoleRole: {
			"Not for this role",
			"The page or the form of the console is for administrators. The role auditor sees everything there and changes nothing.",
			"Ask an administrator to make the change, or go back to the page you came from.",
			"`gatehouse user set-roles USER ROLE... admin`, with every role that the user keeps, if the user should administer.",
		},
		CheckAuthority: {
			"More authority than the caller has",
			"The request would give a management scope that the caller does not have, or change a client or user that has one.",
			"Use a caller with every management scope that is given or that the client or user has. An administrator has all, as has a client of type backend through which users sign in.",
			"Let an administrator make the change, or give the calling client the scopes, if it should be able to do all that they stand for. \"Expected\" is the first that it does not have.",
		},
		CheckResource: {
			"No such resource",
			"The operation exists, but what the path or the body names does not: it was never created, or it was deleted.",
			"Check the id: ids are compared exactly. The list of the same resource shows what there is.",
			"Nothing to change here, unless the caller uses the wrong server: each database has resources of its own.",
		},
		CheckConflict: {
			"It exists already",
			"Another resource has the id or name, or another request has just changed the same resource.",
			"Read the resource and change it instead of creating it. To repeat a request safely, send it with an Idempotency-Key.",
			"Nothing to change here.",
		},
		CheckCondition: {
			"Changed since it was read",
			"The ETag in If-Match is not that of the current version: the resource was changed after the caller read it.",
			"Read the resource again, apply the change to what it is now, and send the new ETag.",
			"Nothing to change here. `gatehouse audit list` shows who changed it.",
		},
		CheckFields: {
			"Fields not valid",
			"Fields of the body, or parameters, have values that the operation does not take.",
			"The array \"errors\" of the response names each field by its JSON pointer and says what is wrong. /api/v1/openapi.json describes the fields.",
			"The caller must change what it sends. \"Received\" are the fields and \"Expected\" what is wrong with them; values are not kept.",
		},
		CheckJSONType: {
			"Wrong content type",
			"The operation reads JSON in UTF-8; the types that it takes are in /api/v1/openapi.json.",
			"Set the Content-Type header to application/json, or leave it out.",
			"The caller must change how it sends the request.",
		},
		CheckIdempotencyKey: {
			"Idempotency-Key of another request",
			"The caller has used the key for a request with another path, query or body.",
			"Use a new key for each request, and the same key only to repeat exactly the same request.",
			"The caller must make a new key for each request.",
		},
		CheckLastSecret: {
			"The only secret of a client",
			"Without its last secret the client could not authenticate any more.",
			"Give the client another secret first, or disable it.",
			"`gatehouse client rotate-secret ID` gives it a new one; `gatehouse client disable ID` disables it.",
		},
	}
}
