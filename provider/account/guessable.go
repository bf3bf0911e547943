package account

import (
	_ "embed" // the list
	"strings"
)

// commonPasswords are those of 8 characters and more that leaks have shown most often, in
// lower case, a line each. The list is that of zxcvbn 4.4.2, copyright 2012-2016 Dan Wheeler
// and Dropbox, Inc., under the MIT license.
//
//go:embed common_passwords.txt
var commonPasswords string

// common tells whether a password is among the first that anybody would try: a known one,
// or the very name of the account (threats 47; NIST SP 800-63B section 5.1.1.2).
func common(password string, u *User) bool {
	tried := Canonical(password)
	if strings.ContainsRune(tried, '\n') {
		return false
	}
	for _, name := range []string{u.Username, u.Email} {
		if name != "" && (tried == name || strings.HasPrefix(name, tried+"@")) {
			return true
		}
	}
	return strings.Contains(commonPasswords, "\n"+tried+"\n")
}
