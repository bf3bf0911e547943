package account

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// The bounds of a password: in characters of its canonical form, and in bytes as received.
const (
	minPassword, maxPassword = 8, 128
	maxPasswordBytes         = 1024
)

// canonicalPassword is the form in which a password is hashed: some keyboards send composed
// letters and others combining marks, and not every space is U+0020 (OpaqueString, RFC 8265
// section 4.2).
func canonicalPassword(password string) (string, error) {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return "", ErrPassword
	}
	canonical, err := precis.OpaqueString.String(password)
	if err != nil { // a control character, or one that is not assigned in Unicode
		return "", ErrPassword
	}
	if n := utf8.RuneCountInString(canonical); n < minPassword || n > maxPassword {
		return "", ErrPassword
	}
	return canonical, nil
}

// spellings are the forms of a password to verify, in order: the canonical one and, for hashes
// made before the canonical form was introduced, the password as received. There is always at
// least one. The number depends on the password alone, so the work is the same for all accounts.
func spellings(password string) []string {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return []string{""} // never matches; an immediate response would reveal the account
	}
	canonical, err := precis.OpaqueString.String(password)
	if err != nil || canonical == password {
		return []string{password}
	}
	return []string{canonical, password}
}
