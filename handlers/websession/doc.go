// Package websession connects browsers with sign-in sessions: the cookies, the session of a request,
// the accounts that a browser has signed in to before, values that are sealed for one browser and one
// purpose, and the check that a form comes from one of this server's own pages.
//
// A page for a signed-in user asks Current, puts FormToken into its forms and reads them with
// ReadForm. Begin replaces the session of the browser, so that none is kept across a sign-in; Forget
// deletes its cookie.
//
// The package decides nothing about sessions and ends none (provider/session does), and knows no
// authorization request (handlers/browser does).
package websession
