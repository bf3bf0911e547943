package refusal

// requestEntries are those of requests in general.
func requestEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckNotFound: {
			"No such page or resource",
			"Nothing is served at this URL, or it no longer exists.",
			"Compare the URL with /.well-known/openid-configuration, or that of a management request with /api/v1/openapi.json.",
			"The path of the request is not in the route table. A reverse proxy that adds or strips a prefix is the usual reason. Some endpoints are there only when they are turned on: that where clients register themselves (/oauth/register) by GATEHOUSE_CLIENT_REGISTRATION.",
		},
		CheckMethod: {
			"HTTP method not allowed",
			"This URL does not support the HTTP method of the request.",
			"The Allow header lists the methods that it supports. Token, introspection and revocation take POST only.",
			"The application uses the wrong method; nothing to change here.",
		},
		CheckHost: {
			"Unexpected Host header",
			"The development server answers only to the host name of its issuer, so that other web sites cannot reach it through the browser.",
			"Open the server at the URL that it printed at start.",
			"Outside development, run `gatehouse serve` without --dev and set GATEHOUSE_ISSUER.",
		},
		CheckBodySize: {
			"Request too large",
			"The body of the request is larger than the endpoint takes: 64 KiB, and 256 KiB in the management API. Or an authorization request is too long for the pages of the sign-in, which carry it: what it has outside and in its request object must fit into 16 KiB, compressed and encrypted.",
			"Send only what the endpoint asks for; keep state and claims short.",
			"No client needs bodies of this size; check what it sends.",
		},
		CheckContentType: {
			"Wrong content type",
			"The endpoint reads application/x-www-form-urlencoded in UTF-8, and nothing else (RFC 6749 section 3.2).",
			"Set the Content-Type header and encode the body as a form, not as JSON or multipart.",
			"The application must change how it sends the request.",
		},
		CheckFormEncoding: {
			"Malformed request",
			"The body did not arrive completely, or it or the query could not be decoded as a form: a percent sign without two hexadecimal digits, a semicolon, or bytes that are not UTF-8.",
			"Encode each name and value with the form encoder of your language.",
			"The application must change how it encodes the request.",
		},
		CheckDuplicate: {
			"Parameter sent twice",
			"A parameter appears more than once in the request. That is not allowed (RFC 6749 section 3.1), since two components could each read another value.",
			"Send each parameter once. Only audience and resource may be repeated.",
			"Two layers of the application may both add the parameter.",
		},
		CheckMissing: {
			"Parameter missing",
			"A parameter that the endpoint needs was not sent.",
			"Send the parameter with a value: one with an empty value counts as not sent. Names are case-sensitive.",
			"The application must send it.",
		},
		CheckParameter: {
			"Malformed parameter",
			"A parameter of the request has a value that it cannot have.",
			"max_age is a whole number of seconds, claims a JSON object, and id_token_hint an ID token that this server issued to the client. state and nonce are limited in length. The discovery document lists the values of response_mode.",
			"The application must change what it sends.",
		},
		CheckQuerySecret: {
			"Credentials in the URL",
			"The parameters of this endpoint must be sent in the body. In a URL they end up in logs and browser histories.",
			"Move all parameters from the query string into the body.",
			"Treat a client secret that was sent this way as known to others: `gatehouse client rotate-secret`.",
		},
		CheckCrossSite: {
			"Request from another site",
			"The form, or the request to the management API, was sent by a page of another web site.",
			"Open the page on this site and try there. Call the management API from a program, not from a page.",
			"If it is your own site, check that the browser's Origin header arrives and that GATEHOUSE_ISSUER is the URL that users open.",
		},
	}
}
