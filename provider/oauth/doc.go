// Package oauth composes the protocol from fosite's interfaces and this project's own handlers:
// who may make a request, what is granted, what the response contains. With handlers/oauth it is
// the only package that imports fosite.
//
//	Provider       every protocol endpoint, over one fosite.OAuth2Provider
//	part           one row of the table in compose.go, one extension: what it adds endpoint by
//	               endpoint; grant types, response types, modes and metadata follow from the rows
//	Call           one request, read once: the only value that the package puts into a context
//	exchange       fosite's session: what the parts of one request pass to each other
//	Authenticator  one client authentication per request (RFC 6749 section 2.3)
//	IDTokens       ID tokens (OpenID Connect Core section 2)
//	Minter         JWT access tokens (RFC 9068)
//
// A token request has two phases. The first reads, checks and signs, outside any transaction; the
// second claims by conditional statements and stores, inside one where it takes more than one
// statement. The consequence of a refusal, such as revoking a grant, is carried out in one place,
// after the rollback.
//
// The package parses requests but writes no HTTP, and it stores nothing: the domain's own packages
// do.
//
// # What of fosite must not be used
//
// fosite parses requests, orders the handlers and defines their interfaces. The rest of it has
// faults that the tests named here guard against (those of test/e2e are marked):
//
//   - The factories of package compose and the handlers behind them. They check in one step and
//     write in another, so that several concurrent requests succeed with one code or refresh token
//     (TestParallelRefreshesGetOneSuccessor; e2e TestConcurrentRedemptionsOfOneCode); they delete the
//     PKCE challenge before they check the verifier, so that a second attempt needs none (e2e
//     TestPKCECannotBeDowngraded); they sign after the commit, so that a failing signature loses the
//     code (TestWhatCannotBeSignedIsNotSpent); they detect reuse before they check the HMAC and the
//     client, so that another client can revoke a grant (TestStolenRefreshTokensRevokeNothing).
//   - The Append methods of the handler lists: they silently drop a second handler of the same Go
//     type (TestHandlersOfOneTypeAreAllKept).
//   - NewIntrospectionRequest: any bearer of a token may introspect any other
//     (TestIntrospectionIsForAuthenticatedClients).
//   - IntrospectToken without a check of the returned use: it accepts a refresh token where an access
//     token is expected (e2e TestArtifactsAreAcceptedForTheirPurposeOnly).
//   - The methods that write responses. WriteRevocationResponse responds with 200 when the database
//     failed (e2e TestReadOnlyDatabaseYields503), the authorization ones omit iss (RFC 9207; e2e
//     TestStateAndResponseModes), and errors repeat the request (TestDescriptionsRepeatNoMarkup).
//   - NewAuthorizeRequest with the form as it was received: it demands a state of eight characters
//     (e2e TestStateAndResponseModes), responds with 500 to a request_uri
//     (TestUnknownParametersAreIgnoredAndContradictoryOnesRefused), and ignores scheme and user
//     information of loopback redirect URIs (e2e TestRedirectsToRegisteredURIsOnly). It gets the
//     checked parameters alone, with a placeholder for the state.
//   - fosite.OpenIDConnectClient on a client: it turns on fosite's request objects, which it does not
//     verify sufficiently (TestUnknownParametersAreIgnoredAndContradictoryOnesRefused).
//   - DefaultClientAuthenticationStrategy: it accepts several methods in one request, and assertions
//     that are meant for another server too; an expired one is a 500
//     (TestAClientAuthenticatesByOneRegisteredMethod, TestInvalidAssertionsAreRefused).
//   - DefaultJWKSFetcherStrategy: it connects to any address, and fetches again for each unknown kid
//     (TestKeySetFetchesAreLimited).
//   - AccessTokenFromRequest: it reads the query, which is logged (RFC 9700 section 4.3.2; e2e
//     TestUserInfo).
//   - Arguments.Has and the default strategies for scopes and audiences: they ignore case, and accept
//     wildcards and prefixes (TestScopesAndAudiencesAreComparedExactly,
//     TestUnknownGrantTypesAreUnsupported).
//   - A Config with unset fields: getters fill in defaults without a lock
//     (TestParallelRequestsShareNoState, with the race detector).
//   - StatelessJWTValidator: it accepts an ID token as an access token (TestIDTokensAreNoAccessTokens).
//   - DefaultSigner and the JWT strategies: they verify with the current key alone, and hash with
//     SHA-256 whatever the algorithm (TestIDTokensOfEveryAlgorithmAreAcceptedAsHints); refreshed
//     tokens keep the iat of the first (TestJWTAccessTokensFollowRFC9068).
package oauth
