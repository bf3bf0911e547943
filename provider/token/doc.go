// Package token owns the shape of everything secret that Gatehouse hands out as one
// string: access tokens, refresh tokens, authorization codes.
//
//	gh_at_  Zm9v...           Ab3x_Q
//	kind    id (16) + secret  CRC-32 of all before it
//	        (32), base64url   base64url, 6 characters
//
// The id is the address of the row, so finding it needs no search by hash; the
// secret is what is proved, by a keyed hash of the whole string that the keyring
// makes. The checksum lets secret scanners tell a token from noise without asking
// us. The kind is part of the hashed string: a code is never a refresh token.
//
// The package keeps no state, stores nothing and does not know what a token allows.
package token
