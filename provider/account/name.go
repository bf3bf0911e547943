package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Canonical is the form in which names and addresses are compared and counted: "Alice ",
// "ALICE" and "alice" are one account, for its owner and for the throttle alike (threats
// 48, Authelia CVE-2025-24806).
func Canonical(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// maxName bounds a user name and an email address in bytes (RFC 5321 section 4.5.3.1).
const maxName = 254

// validUsername: letters, digits and . _ - + in the middle, so that a name has one
// reading in an address bar, a log and a mail. An @ would make it look like an email
// address of somebody else's.
func validUsername(name string) bool {
	if utf8.RuneCountInString(name) < 2 || len(name) > maxName || name != Canonical(name) {
		return false
	}
	for i, r := range name {
		plain := unicode.IsLetter(r) || unicode.IsDigit(r)
		if !plain && (i == 0 || !strings.ContainsRune("._-+", r)) {
			return false
		}
	}
	return true
}

// validEmail is deliberately simple: one @ with something on each side and a domain with
// a dot. Whether mail arrives is found out by sending it.
func validEmail(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	return ok && local != "" && len(address) <= maxName && !strings.ContainsFunc(address, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[],;:\"`, r) || unicode.IsSpace(r)
	}) && !strings.Contains(domain, "@") && strings.Contains(strings.Trim(domain, "."), ".")
}
