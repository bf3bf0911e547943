// Package token owns the format of the credentials that Gatehouse issues as one string: access
// tokens, refresh tokens, authorization codes.
//
//	gh_at_  Zm9v...           Ab3x_Q
//	kind    id (16) + secret  CRC-32 of all before it
//	        (32), base64url   base64url, 6 characters
//
// The id is the primary key of the row, so no search by hash is needed; the secret is verified
// with a keyed hash of the whole string, made by the keyring. With the checksum, secret scanners
// can recognize a token without asking the server. The kind is part of the hashed string: a code
// never passes as a refresh token.
//
// The package has no state, stores nothing and does not know what a token allows.
package token
