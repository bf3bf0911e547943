package account

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// Canonical is the form in which user names are stored, compared and counted: "Alice ", "ALICE"
// and "alice" are one account, for its owner and for the throttle alike. It is the preparation
// of UsernameCaseMapped (RFC 8265 section 3.3) with full case folding, for which a Greek word
// ends in the same sigma as ever and ß is ss.
func Canonical(name string) string {
	// In lower case first: Cherokee folds to capitals, and Fold turns those into small letters.
	return norm.NFKC.String(cases.Fold().String(canonicalEmail(name)))
}

// canonicalEmail folds less: ß and ss are two mailboxes.
func canonicalEmail(address string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(address)))
}

// LoginForms are the forms in which what somebody types may be stored, the likeliest first. An
// email address has one. A user name has been stored in lower case before it was folded, and
// not every lower case of a word is the same.
func LoginForms(typed string) []string {
	lower := canonicalEmail(typed)
	if strings.Contains(lower, "@") {
		return []string{lower}
	}
	forms := []string{lower}
	// Lower knows where a word ends, which ToLower does not.
	for _, form := range []string{Canonical(typed), cases.Lower(language.Und).String(norm.NFKC.String(strings.TrimSpace(typed)))} {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// maxName bounds a user name and an email address in bytes (RFC 5321 section 4.5.3.1).
const maxName = 254

// validUsername: letters and digits of any script, with the marks that belong to them, and
// . _ - + in the middle, so that a name has one reading in an address bar, a log and a mail. An
// @ would make it look like an email address of somebody else's.
func validUsername(name string) bool {
	if len(name) > maxName || name != Canonical(name) {
		return false
	}
	if _, err := precis.UsernameCaseMapped.String(name); err != nil { // the script's rules, and those of right-to-left
		return false
	}
	first, size := utf8.DecodeRuneInString(name)
	if size == len(name) && !unicode.In(first, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
		return false // where a letter is no word
	}
	return (unicode.IsLetter(first) || unicode.IsDigit(first)) && !strings.ContainsFunc(name, func(r rune) bool {
		return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-+", r)
	})
}

// validEmail is deliberately simple: one @ with something on each side and a domain with
// a dot. Whether mail arrives is found out by sending it.
func validEmail(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	return ok && local != "" && len(address) <= maxName && !strings.ContainsFunc(address, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[],;:\"`, r) || unicode.IsSpace(r)
	}) && !strings.Contains(domain, "@") && strings.Contains(strings.Trim(domain, "."), ".")
}
