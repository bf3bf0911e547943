package account

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// A password's bounds: in characters of its canonical form, and in bytes as it came.
const (
	minPassword, maxPassword = 8, 128
	maxPasswordBytes         = 1024
)

// canonicalPassword is the form in which a password is hashed: one keyboard composes the
// letters that another one sends in pieces, and not every space is U+0020 (OpaqueString, RFC
// 8265 section 4.2).
func canonicalPassword(password string) (string, error) {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return "", ErrPassword
	}
	canonical, err := precis.OpaqueString.String(password)
	if err != nil { // a control character, or one that Unicode does not know yet
		return "", ErrPassword
	}
	if n := utf8.RuneCountInString(canonical); n < minPassword || n > maxPassword {
		return "", ErrPassword
	}
	return canonical, nil
}

// spellings are the forms of a password to verify, in turn: the canonical one and, for a hash
// that was made before there was one, the password as it came. There is always one. It is the
// same work for everybody's account: how many there are depends on the password alone.
func spellings(password string) []string {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return []string{""} // never right, and no reason to answer faster
	}
	canonical, err := precis.OpaqueString.String(password)
	if err != nil || canonical == password {
		return []string{password}
	}
	return []string{canonical, password}
}
