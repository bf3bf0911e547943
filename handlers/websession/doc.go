// Package websession connects browsers with sign-in sessions: the cookies, the session of a request,
// the accounts that a browser has signed in to before, values that are sealed for one browser, and
// the check that a form comes from one of this server's own pages.
//
// The sign-in pages use it, and so does every other page for a signed-in user. It decides nothing
// about sessions (provider/session does) and knows no authorization request (handlers/browser does).
package websession
