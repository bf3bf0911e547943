package refusal

import "maps"

// Check names one thing that can refuse a request. Names are stable: people search
// for them, and metrics count by them.
type Check string

// The checks, in the order in which a request meets them.
const (
	CheckInternal        Check = "internal"
	CheckStorage         Check = "storage"
	CheckBusy            Check = "busy"
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
	CheckApplication     Check = "unknown_application"
	CheckClientDisabled  Check = "client_disabled"
	CheckClientMethod    Check = "client_authentication_method"
	CheckClientSecret    Check = "client_secret"
	CheckGrantType       Check = "grant_type"
	CheckClientGrant     Check = "client_grant_type"
	CheckPublicClient    Check = "public_client"
	CheckScopeSyntax     Check = "scope_syntax"
	CheckScope           Check = "scope"
	CheckScopeMissing    Check = "scope_missing"
	CheckAudience        Check = "audience"
	CheckTokenClient     Check = "token_of_another_client"
	CheckTimeout         Check = "timeout"
	CheckRedirectURI     Check = "redirect_uri"
	CheckResponseType    Check = "response_type"
	CheckPKCE            Check = "pkce"
	CheckPKCEMethod      Check = "pkce_method"
	CheckPrompt          Check = "prompt"
	CheckParameter       Check = "malformed_parameter"
	CheckRequestObject   Check = "request_object"
	CheckLoginRequired   Check = "login_required"
	CheckConsentRequired Check = "consent_required"
	CheckACR             Check = "acr"
	CheckDenied          Check = "denied"
	CheckUserOfClient    Check = "user_may_not_use_client"
	CheckFlow            Check = "flow"
	CheckFinished        Check = "flow_finished"
	CheckCrossSite       Check = "cross_site_request"
	CheckCode            Check = "authorization_code"
	CheckCodeUsed        Check = "authorization_code_used"
	CheckCodeExpired     Check = "authorization_code_expired"
	CheckCodeRedirect    Check = "authorization_code_redirect_uri"
	CheckVerifier        Check = "code_verifier"
	CheckAccessToken     Check = "access_token"
	CheckTokenScope      Check = "access_token_scope"
	CheckLogout          Check = "logout"
	CheckLogo            Check = "client_logo_uri"
	CheckRefreshToken    Check = "refresh_token"
	CheckRefreshClient   Check = "refresh_token_of_another_client"
	CheckRefreshExpired  Check = "refresh_token_expired"
	CheckRefreshEnded    Check = "refresh_token_ended"
	CheckRefreshUser     Check = "refresh_token_user"
	CheckRefreshSpent    Check = "refresh_token_other_parameters"
	CheckRefreshReused   Check = "refresh_token_reused"
	CheckPassword        Check = "password"
	CheckThrottled       Check = "throttled"
	CheckRateLimit       Check = "rate_limit"
	CheckAssertion       Check = "client_assertion"
	CheckSharedKeys      Check = "client_secret_jwt_off"
	CheckAssertionKey    Check = "client_assertion_key"
	CheckAssertionClaims Check = "client_assertion_claims"
	CheckAssertionTime   Check = "client_assertion_time"
	CheckAssertionReplay Check = "client_assertion_replayed"
	CheckKeySetFetch     Check = "client_jwks_uri"
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

// entries are made anew for each question, which is rare: nobody can change them.
func entries() map[Check]Entry {
	all := requestEntries()
	maps.Copy(all, tokenEntries())
	return all
}

// requestEntries are those of requests in general and of the authorization endpoint.
func requestEntries() map[Check]Entry {
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
			"Send the parameter with a value: one with an empty value counts as not sent. Names are case-sensitive.",
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
		CheckApplication: {
			"Unknown application",
			"No application is registered under the client_id of the request.",
			"Check the client_id, and that the application talks to the right server.",
			"`gatehouse client list` shows what is registered in this database.",
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
			"The client is registered for another method. If it has a secret: `gatehouse client update ID --auth-method any` takes it by Basic or in the body.",
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
		CheckScopeMissing: {
			"No scope",
			"The request names no scope, and the client has none that it gets by default.",
			"Name the scopes in the parameter scope.",
			"`gatehouse client update ID --default-scope SCOPE`, if the client should get it unasked.",
		},
		CheckAudience: {
			"Audience not allowed",
			"The client asked for a token for an audience that it is not registered for, or, with a code or a refresh token, for one that was not agreed to. Audiences are compared letter by letter.",
			"Ask for an audience that the client is registered for, in the authorization request first.",
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
		CheckRedirectURI: {
			"Redirect URI not registered",
			"The application asked for the answer to be sent to an address that is not registered for it. Addresses are compared letter by letter.",
			"If you came here from an application, tell whoever runs it. If you run it, register the address exactly as it is sent.",
			"`gatehouse client update ID --add-redirect-uri URI`, with the received value, if it belongs to the application.",
		},
		CheckResponseType: {
			"Response type not supported",
			"This server answers authorization requests with a code only: response_type must be code.",
			"Use the authorization code flow with PKCE.",
			"The application must change; tokens in addresses are not offered.",
		},
		CheckPKCE: {
			"PKCE needed",
			"The request has no code_challenge, and this client must send one (RFC 7636).",
			"Turn on PKCE with S256 in your client library.",
			"Public clients always need it; a confidential one only while require_pkce is set.",
		},
		CheckPKCEMethod: {
			"PKCE method not allowed",
			"The code_challenge is malformed, or its method is not S256.",
			"Send code_challenge_method=S256 and the base64url of the SHA-256 of the verifier, 43 characters.",
			"`gatehouse client update ID --allow-plain-pkce`, if the application truly has no SHA-256.",
		},
		CheckPrompt: {
			"Malformed prompt",
			"The prompt parameter has a value that does not exist, or none together with another.",
			"Values are none, login, consent and select_account; none stands alone.",
			"The application must change what it sends.",
		},
		CheckParameter: {
			"Malformed parameter",
			"A parameter of the request has a value that it cannot have.",
			"max_age is a whole number of seconds, claims a JSON object, and id_token_hint an ID token that this server issued to the client. state and nonce are limited in length. The discovery document lists the values of response_mode.",
			"The application must change what it sends.",
		},
		CheckRequestObject: {
			"Request objects not supported",
			"The request came as a signed object or by reference, which this server does not take.",
			"Send the parameters one by one.",
			"The application must change what it sends.",
		},
		CheckLoginRequired: {
			"Sign-in needed",
			"The application asked not to show any page, but nobody is signed in, or not in the way that it asked for.",
			"Send the request again without prompt=none.",
			"Nothing is wrong: this is how applications find out that they must ask.",
		},
		CheckConsentRequired: {
			"Consent needed",
			"The application asked not to show any page, but the person has not agreed to this yet.",
			"Send the request again without prompt=none.",
			"Nothing is wrong: this is how applications find out that they must ask.",
		},
		CheckACR: {
			"Stronger sign-in needed",
			"The application insists on a kind of sign-in (the claim acr, marked essential) that this server does not offer.",
			"Ask for one of acr_values_supported in /.well-known/openid-configuration, or do not mark the claim essential.",
			"The application must change what it asks for.",
		},
		CheckDenied: {
			"Declined",
			"The person at the browser did not sign in, or did not agree to what the application asked for.",
			"Offer to try again.",
			"Nothing is wrong: people may say no.",
		},
		CheckUserOfClient: {
			"Not for this user",
			"The person who signed in may not use this application.",
			"Sign in as somebody else, or ask whoever runs the application.",
			"`gatehouse client users add CLIENT USER`, if the person should use it.",
		},
		CheckFlow: {
			"This page cannot be used any more",
			"The form belongs to another browser, is too old, or was changed on the way.",
			"Go back to the application and start again.",
			"If it happens to many people, look whether a proxy removes cookies.",
		},
		CheckFinished: {
			"Already finished",
			"This sign-in has been completed already. The application got its answer the first time.",
			"Go back to the application; if it did not let you in, start again there.",
			"Nothing is wrong: somebody used the back button.",
		},
		CheckCrossSite: {
			"Refused because it came from another site",
			"The form was sent by a page of another web site.",
			"Open the page on this site and try there.",
			"If it is your own site, check that the browser's Origin header arrives and that GATEHOUSE_ISSUER is the address that people use.",
		},
		CheckAccessToken: {
			"Access token not valid",
			"The access token is missing, unknown, expired or revoked.",
			"Get a new access token and send it in the Authorization header.",
			"`gatehouse token list --client ID` shows what the client's tokens are worth.",
		},
		CheckTokenScope: {
			"Access token without the scope openid",
			"UserInfo answers tokens only whose scope includes openid.",
			"Ask for the scope openid in the authorization request.",
			"The client must be registered for the scope openid and ask for it.",
		},
		CheckLogo: {
			"Logo not available",
			"The logo of the application could not be fetched, or is no image that may be shown here.",
			"Check that logo_uri answers over https within five seconds, without a redirect, with a PNG, JPEG, GIF or WebP of at most 256 KiB and 2048 by 2048 pixels.",
			"The log has the cause. It is tried again after five minutes. A private address must be named in GATEHOUSE_OUTBOUND_ALLOW.",
		},
		CheckLogout: {
			"No return after the sign-out",
			"The application asked for the browser to return, after signing out, to an address that is not registered for it. Addresses are compared letter by letter.",
			"The sign-out itself was carried out. If you run the application, register the address exactly as it is sent.",
			"`gatehouse client update ID --add-post-logout-redirect-uri URI`, if the address belongs to the application.",
		},
	}
}
