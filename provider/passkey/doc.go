// Package passkey owns the passkeys of users (W3C Web Authentication, Level 3): how one is created, what proves
// possession of one, and which of them a user has.
//
//	Creation ──> browser ──> Create         adds a passkey to a user who is known
//	SignIn   ──> browser ──> VerifySignIn   tells who the user is; the authenticator must have verified the user
//	Proof    ──> browser ──> VerifyProof    second factor of a user who is known
//
// A ceremony begins with options for the browser and a Ceremony, which the caller seals into the page and binds
// to the browser. Nothing is stored before a ceremony succeeds; then its challenge is, so that no response is
// accepted twice.
//
// The package draws no pages, keeps no cookies and makes no sessions, and does not decide who must have a
// passkey.
package passkey
