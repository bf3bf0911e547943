// Package passkeytest is an authenticator in software, for tests of passkeys: it creates them and proves
// possession of them, as a browser with an authenticator does, and deviates from that as a test likes.
//
// It decides nothing about passkeys (package passkey), and has no pages: a test hands it the options that a page
// contains, and sends what it returns.
package passkeytest
