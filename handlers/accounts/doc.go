// Package accounts owns the pages on which people register, confirm an address, recover their account
// and undo a change of their contacts.
//
//	/register ──> POST ──303──> /verify?id=... ──> POST ──> signed in, and back to the application
//	/recover  ──> POST ──303──> /recover?id=... ──> POST ──> /login
//
// Each step is decided by the code that it brings, and none by an earlier page: what is not proven is
// refused by package account (Keycloak CVE-2026-18963). A link of a message opens a page with a form, and
// changes nothing by itself, since scanners of mail follow links.
//
// An authorization request in progress passes through these pages as it is, sealed by package browser.
package accounts
