package refusal

// Check names one thing that can refuse a request. Names are stable: people search
// for them, and metrics count by them.
type Check string

// The checks, in the order in which a request meets them.
const (
	CheckInternal        Check = "internal"
	CheckStorage         Check = "storage"
	CheckNotFound        Check = "not_found"
	CheckMethod          Check = "method"
	CheckHost            Check = "host"
	CheckBodySize        Check = "body_size"
	CheckContentType     Check = "content_type"
	CheckFormEncoding    Check = "form_encoding"
	CheckDuplicate       Check = "duplicate_parameter"
	CheckMissing         Check = "missing_parameter"
	CheckQuerySecret     Check = "credentials_in_url"
	CheckClientAuthCount Check = "several_client_authentications"
	CheckClientAuthNone  Check = "client_authentication_missing"
	CheckClientAuthBasic Check = "malformed_basic_credentials"
	CheckClientUnknown   Check = "unknown_client"
	CheckClientDisabled  Check = "client_disabled"
	CheckClientMethod    Check = "client_authentication_method"
	CheckClientSecret    Check = "client_secret"
	CheckGrantType       Check = "grant_type"
	CheckClientGrant     Check = "client_grant_type"
	CheckPublicClient    Check = "public_client"
	CheckScopeSyntax     Check = "scope_syntax"
	CheckScope           Check = "scope"
	CheckAudience        Check = "audience"
	CheckTokenClient     Check = "token_of_another_client"
	CheckTimeout         Check = "timeout"
)

// Entry says what a check means. Explanation and Hint are public; Fix is for the
// operator and may name commands.
type Entry struct {
	Title       string
	Explanation string
	Hint        string
	Fix         string
}

// Explain gives the entry of a check; an unknown check (one of a newer version) gets
// the entry of an internal fault.
func Explain(c Check) Entry {
	if e, ok := entries()[c]; ok {
		return e
	}
	return entries()[CheckInternal]
}

// Checks lists every check that has an entry.
func Checks() []Check {
	all := entries()
	list := make([]Check, 0, len(all))
	for c := range all {
		list = append(list, c)
	}
	return list
}

func entries() map[Check]Entry {
	return map[Check]Entry{
		CheckInternal: {
			"Fault in the server",
			"The server met a condition that it did not expect. The request may be tried again.",
			"Send the error id to whoever runs this server: it tells them what happened.",
			"Search the log for the request id. The cause stands in the field \"cause\".",
		},
		CheckStorage: {
			"Database unavailable",
			"The server could not reach its database, or the database did not carry out the change. Nothing was changed.",
			"Wait for the time in the Retry-After header and send the request again.",
			"Check the database and GATEHOUSE_DATABASE_URL; `gatehouse doctor` tries the connection.",
		},
		CheckNotFound: {
			"No such page or resource",
			"Nothing is served under this address, or it no longer exists.",
			"Compare the address with /.well-known/openid-configuration.",
			"The path of the request is not in the route table. A reverse proxy that adds or strips a prefix is the usual reason.",
		},
		CheckMethod: {
			"HTTP method not allowed",
			"This address does not answer to the HTTP method that was used.",
			"The Allow header lists the methods that it answers to. Token, introspection and revocation take POST only.",
			"The application uses the wrong method; nothing to change here.",
		},
		CheckHost: {
			"Unexpected Host header",
			"The development server answers only to the host name of its issuer, so that other web sites cannot reach it through the browser.",
			"Open the server by the address that it printed at start.",
			"Outside development, run `gatehouse serve` without --dev and set GATEHOUSE_ISSUER.",
		},
		CheckBodySize: {
			"Request too large",
			"The body of the request is larger than 64 KiB.",
			"Send only the parameters that the endpoint asks for.",
			"No client needs bodies of this size; look at what it sends.",
		},
		CheckContentType: {
			"Wrong content type",
			"The endpoint reads application/x-www-form-urlencoded in UTF-8, and nothing else (RFC 6749 section 3.2).",
			"Set the Content-Type header and encode the body as a form, not as JSON or multipart.",
			"The application must change how it sends the request.",
		},
		CheckFormEncoding: {
			"Malformed form body",
			"The body could not be decoded as a form: a percent sign without two hexadecimal digits, a semicolon, or bytes that are not UTF-8.",
			"Encode each name and value with the form encoder of your language.",
			"The application must change how it encodes the request.",
		},
		CheckDuplicate: {
			"Parameter sent twice",
			"A parameter stands more than once in the request. That is not allowed (RFC 6749 section 3.1), since two readers could each take another value.",
			"Send each parameter once. Only audience and resource may be repeated.",
			"Two layers of the application may both add the parameter.",
		},
		CheckMissing: {
			"Parameter missing",
			"A parameter that the endpoint needs was not sent.",
			"The error description names the parameter.",
			"The application must send it.",
		},
		CheckQuerySecret: {
			"Credentials in the address",
			"Parameters of this endpoint are read from the body. In the address they end up in logs and browser histories.",
			"Move all parameters from the query string into the body.",
			"Treat a client secret that was sent this way as known to others: `gatehouse client rotate-secret`.",
		},
		CheckClientAuthCount: {
			"More than one client authentication",
			"The request authenticates the client in more than one way. A request must use one (RFC 6749 section 2.3).",
			"Send either the Authorization header or client_secret in the body.",
			"Many HTTP libraries add the Authorization header by themselves when the address holds a user name.",
		},
		CheckClientAuthNone: {
			"Client not authenticated",
			"The request does not say which client sends it.",
			"Authenticate with the client's id and secret in the way it is registered for.",
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
			"The client is not known here, or did not prove that it is the one it names.",
			"Check client id, secret, and that the application talks to the right server.",
			"There is no client with this id: `gatehouse client list`.",
		},
		CheckClientDisabled: {
			"Client authentication failed",
			"The client is not known here, or did not prove that it is the one it names.",
			"Check client id, secret, and that the application talks to the right server.",
			"The client is disabled: `gatehouse client enable ID`.",
		},
		CheckClientMethod: {
			"Client authentication failed",
			"The client is not known here, or did not prove that it is the one it names.",
			"Check client id, secret, and that the application talks to the right server.",
			"The client is registered for another method: `gatehouse client update ID --auth-method METHOD`.",
		},
		CheckClientSecret: {
			"Client authentication failed",
			"The client is not known here, or did not prove that it is the one it names.",
			"Check client id, secret, and that the application talks to the right server.",
			"The secret is wrong or has expired: `gatehouse client rotate-secret ID`.",
		},
		CheckGrantType: {
			"Grant type not supported",
			"This server does not offer the grant type that was asked for.",
			"grant_types_supported in /.well-known/openid-configuration lists those that it offers.",
			"The application asks for a grant that does not exist here; grant types are case-sensitive.",
		},
		CheckClientGrant: {
			"Grant type not allowed for this client",
			"The client is not registered for the grant type that it used.",
			"Ask the operator to register the grant type for this client.",
			"`gatehouse client update ID --add-grant-type TYPE`, if the client should have it.",
		},
		CheckPublicClient: {
			"Not for public clients",
			"A client without a secret cannot use this: anyone could claim to be that client.",
			"Use a confidential client for this request.",
			"Register a confidential client; a public one can never use client credentials or introspection.",
		},
		CheckScopeSyntax: {
			"Malformed scope",
			"The scope parameter is a list of names separated by spaces (RFC 6749 section 3.3).",
			"Remove quotation marks, backslashes and line breaks.",
			"The application must change what it sends.",
		},
		CheckScope: {
			"Scope not allowed",
			"The client asked for a scope that it may not have, or that does not exist. Scopes are case-sensitive.",
			"Ask for the scopes that the client is registered for.",
			"`gatehouse client update ID --add-scope SCOPE`, if the client should have it.",
		},
		CheckAudience: {
			"Audience not allowed",
			"The client asked for a token for an audience that it is not registered for. Audiences are compared letter by letter.",
			"Ask for an audience that the client is registered for.",
			"`gatehouse client update ID --add-audience AUDIENCE`, if the client should reach it.",
		},
		CheckTokenClient: {
			"Token of another client",
			"The token was issued to another client than the one that sent the request (RFC 7009 section 2.1).",
			"Revoke a token with the client that it was issued to.",
			"An operator can end it: `gatehouse token revoke`. If the application never should have had this token, find out how it got it.",
		},
		CheckTimeout: {
			"Took too long",
			"The request was not finished in the time that is allowed for it.",
			"Wait for the time in the Retry-After header and send the request again.",
			"Look at the database's load and the pool; the canonical log line has the duration.",
		},
	}
}
