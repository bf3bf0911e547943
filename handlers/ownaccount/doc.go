// Package ownaccount has the pages on which people who are signed in see and change their own account: profile and
// picture, password and contacts, the browsers that are signed in, the applications with access, what happened, what
// is stored, and the end of the account.
//
// Every page is for the user of the browser's session; whoever has none signs in first and comes back. What the
// account is recovered by, what is stored, and the end of the account need a proof that is not older than
// session.FreshFor: a browser that was left open must not take the account.
//
// A form is answered by a redirect to a page, which says what was done. The words for that are sealed for the
// browser, so that a link of another site cannot say it.
//
// The package changes nothing itself: packages account, session, connected and picture do. Codes for new contacts
// are entered on a page of package accounts.
package ownaccount
