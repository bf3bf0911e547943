package refusal

// registrationEntries are those of clients that register themselves.
func registrationEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckInitialToken: {
			"No valid initial access token",
			"Clients register here with an initial access token (RFC 7591 section 3). The request has none, or one that is unknown, expired, revoked or used up.",
			"Ask the operator of the server for an initial access token, and send it as a Bearer token.",
			"`gatehouse registration-token list` shows them, `gatehouse registration-token create` makes one.",
		},
		CheckRegistrationToken: {
			"No valid registration access token",
			"A registration is managed with the token that the client got when it registered, or at the last update (RFC 7592). The request has none, or not that of the client in its URL; or there is no such client any more.",
			"Send the registration_access_token of the last response as a Bearer token. If it is lost, register anew.",
			"`gatehouse client get ID` shows whether the client exists; clients that nobody uses are removed.",
		},
		CheckClientMetadata: {
			"Invalid client metadata",
			"What the client says of itself cannot be registered (RFC 7591 section 2).",
			"Correct what the error description names.",
			"The same rules hold for `gatehouse client create`; what clients may have beyond the standard scopes is in GATEHOUSE_CLIENT_REGISTRATION_SCOPES and GATEHOUSE_CLIENT_REGISTRATION_RESOURCES.",
		},
		CheckClientName: {
			"Name of another application",
			"An application that registers itself may not be called like one of the operator's, or like the server, and not so that it looks the same: people would take the one for the other.",
			"Register another client_name.",
			"If it is your own application, register it with `gatehouse client create`, or give it an initial access token that vouches for it.",
		},
		CheckManagedClient: {
			"Managed by the operator",
			"The operator of the server disabled the client, or gave it rights that no client has by its own registration. It cannot change or remove itself any more.",
			"Ask the operator of the server.",
			"`gatehouse client get ID` shows what it has.",
		},
		CheckRegistrations: {
			"Too many registrations",
			"Too many applications registered themselves lately, or have and are not used.",
			"Try again later.",
			"Unused ones leave by themselves after GATEHOUSE_CLIENT_REGISTRATION_UNUSED; GATEHOUSE_CLIENT_REGISTRATION_LIMIT is how many there can be. An initial access token registers all the same.",
		},
		CheckDocumentURL: {
			"Unknown application",
			"The client_id is a URL, and no application is registered under it. Nor does the server read a client metadata document there: it reads none, or none of this host, or the URL is not one that a document can have.",
			"Check the client_id. That of a metadata document begins with https://, has a path, and has no query, fragment, user or segments of dots.",
			"GATEHOUSE_CLIENT_METADATA_DOCUMENTS names the hosts whose documents are read. `gatehouse client create URL` registers the client without its document.",
		},
		CheckDocument: {
			"Unusable client metadata document",
			"The client_id is the URL of a metadata document, and what is there cannot be registered: it is no JSON of usual size, names another client_id, has a secret, or breaks a rule of registrations.",
			"Correct what the error description names, in the document at the client_id. It is read again half a minute later.",
			"What such clients may have is in GATEHOUSE_CLIENT_REGISTRATION_SCOPES and GATEHOUSE_CLIENT_REGISTRATION_RESOURCES. `gatehouse client create URL` registers the client without its document.",
		},
		CheckDocumentFetch: {
			"Client metadata document not reachable",
			"The client_id is the URL of a metadata document, and that could not be fetched: its server must answer an https request with status 200 within 5 seconds, without a redirect and with at most 5 KiB, from a public address.",
			"Look whether the document is at the client_id, exactly. It is fetched again half a minute later.",
			"Another cause is a client on a private network: GATEHOUSE_CLIENT_REGISTRATION_OUTBOUND_ALLOW names hosts that may be there. The log has the reason.",
		},
		CheckDocumentHost: {
			"Host of metadata documents not accepted any more",
			"The client_id is the URL of a metadata document whose client is known, and the operator of the server took its host from those that are accepted.",
			"Ask the operator of the server.",
			"GATEHOUSE_CLIENT_METADATA_DOCUMENTS names the hosts. `gatehouse client update URL --trust operator` makes the client yours, whose document does not count.",
		},
		CheckDocumentLimit: {
			"Too many unknown applications",
			"Many metadata documents of unknown applications were fetched for one address, or from one host.",
			"Try again later.",
			"The limit client-document-prefix is that of an address. A client that was registered before needs no fetch.",
		},
		CheckSoftwareStatement: {
			"Invalid software statement",
			"The software statement is malformed, of another kind, expired, for another server, or not signed by its issuer (RFC 7591 section 2.3).",
			"Get another software statement from its issuer.",
			"Look whether the keys in GATEHOUSE_SOFTWARE_STATEMENT_ISSUERS are the issuer's.",
		},
		CheckStatementIssuer: {
			"Software statement not approved",
			"The server does not trust the issuer of the software statement.",
			"Register without it, or ask the operator of the server.",
			"GATEHOUSE_SOFTWARE_STATEMENT_ISSUERS names the issuers that are trusted.",
		},
	}
}
