// Package grant owns an authorization and everything issued under it.
//
// A Grant says once what was authorized: client, user, scopes, audience, claims. Each
// issuance is one thin Token row below it:
//
//	Grant  1 ── n  Token (access token, and the refresh token issued beside it)
//
//	Token:  issued ──> expired            Grant:  live ──> ended, and with it every
//	          └──────> revoked                      token at once
//
// A token is found by the id that it carries and accepted only when the keyed hash of
// its kind and whole text matches. The order of every question is token hash, then
// client, then state, so that nobody learns about or revokes what is not theirs.
//
// Client credentials use a standing grant per client, scopes and audience: created
// once, so that issuing such a token is a single INSERT.
//
// The package speaks neither HTTP nor SQL; signing is done by whoever is passed in.
package grant
