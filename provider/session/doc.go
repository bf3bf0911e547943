// Package session owns sign-in sessions: which user authenticated in a browser, when, and how.
//
//	signed in ──> used ... ──> idle too long, too old, signed out, or replaced
//
// The browser holds a random token in a cookie; the database holds its keyed hash. A sign-in
// always makes a new session and ends the one before it, so that a session id planted before a
// sign-in is useless after it (Keycloak CVE-2026-7507).
//
// The package does not write cookies and does not verify passwords.
package session
