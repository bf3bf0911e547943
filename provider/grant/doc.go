// Package grant owns an authorization and everything issued under it.
//
// A Grant records once what was authorized: client, user, scopes, audience, claims. Each issuance is
// one small Token row below it:
//
//	Grant  1 ── n  Token (access token, and the refresh token issued beside it)
//
//	Token:  issued ──> expired            Grant:  live ──> ended, and with it every
//	          └──────> revoked                      token at once
//
// A token is found by the id in it and accepted only when the keyed hash of its kind and whole text
// matches. The order of all checks is token hash, then client, then state, so that no client learns
// about or revokes the tokens of another.
//
// Client credentials use a standing grant per client, scopes and audience: created
// once, so that issuing such a token is a single INSERT.
//
// The package knows neither HTTP nor SQL; signing is done by the caller's minter.
package grant
