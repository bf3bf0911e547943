// Package transcript owns how pages for developers and administrators show what applications and this server say to
// each other: a request as it is sent and as a command to paste, an answer as it comes, a token decoded, what each
// member means, and whether an application has to accept a signed token; and the secrets that an application makes for a
// sign-in.
//
// It sends nothing, keeps nothing and writes no page.
package transcript
