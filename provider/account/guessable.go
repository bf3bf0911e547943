package account

import (
	_ "embed" // the list
	"strings"
)

// commonPasswords are the most common leaked passwords of 8 characters and more, in lower case,
// one per line. The list is that of zxcvbn 4.4.2, copyright 2012-2016 Dan Wheeler and Dropbox,
// Inc., under the MIT license.
//
//go:embed common_passwords.txt
var commonPasswords string

// common tells whether a password is among the first guesses: a common one, or the name or the number of the
// account (NIST SP 800-63B section 5.1.1.2).
func common(password string, u *User) bool {
	tried := Canonical(password)
	if strings.ContainsRune(tried, '\n') {
		return false
	}
	if u.Phone != "" && strings.TrimLeft(TypedPhone(password), "+0") != "" && strings.HasSuffix(u.Phone, strings.TrimLeft(TypedPhone(password), "+0")) {
		return true
	}
	for _, name := range []string{u.Username, u.Email} {
		if name != "" && (tried == name || strings.HasPrefix(name, tried+"@")) {
			return true
		}
	}
	return strings.Contains(commonPasswords, "\n"+tried+"\n")
}
