package account

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Canonical is the form in which user names are stored, compared and counted: "Alice ", "ALICE"
// and "alice" are one account, at sign-in and for the throttle. It is the preparation of
// UsernameCaseMapped (RFC 8265 section 3.3) with full case folding, which makes a Greek final
// sigma an ordinary sigma and ß ss.
func Canonical(name string) string {
	if len(name) > maxTyped {
		return name
	}
	// Lower case first: Cherokee folds to upper case, and Fold turns that into lower case.
	return norm.NFKC.String(cases.Fold().String(canonicalEmail(name)))
}

// LoginForms are the forms in which a typed login may be stored, the most likely first. User names
// were stored in lower case before folding was introduced, and there is more than one way to
// lower-case some words. Email addresses were stored with the domain as it was spelled.
func LoginForms(typed string) []string {
	if len(typed) > maxTyped {
		return nil
	}
	lower := olderEmail(typed)
	if strings.Contains(lower, "@") {
		forms := []string{lower} // of two older accounts each has its own spelling
		for _, form := range emailForms(typed) {
			if form != lower {
				forms = append(forms, form)
			}
		}
		return forms
	}
	forms := []string{lower}
	// Lower handles the end of a word (the Greek final sigma), which ToLower does not.
	for _, form := range []string{Canonical(typed), cases.Lower(language.Und).String(norm.NFKC.String(strings.TrimSpace(typed)))} {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// maxName bounds a user name and an email address in bytes (RFC 5321 section 4.5.3.1).
const maxName = 254

// maxTyped bounds what is brought into canonical form, in bytes. That takes time that grows with the length, and
// no name or address that is longer has a form that is short enough.
const maxTyped = 8 * maxName

// usernameOf is the canonical form of a user name, with the forms in which another user may have it.
func usernameOf(name string) (canonical string, forms []string, wrong *Invalid) {
	canonical = Canonical(name)
	if canonical == "" {
		return "", nil, invalid("username", ErrUsernameMissing, fault.UsernameMissing)
	}
	if ValidUsername(canonical) {
		return canonical, LoginForms(name), nil
	}
	why := fault.New(fault.Username)
	if mixed := lookalike.Mixed(canonical); mixed != "" {
		why = fault.New(fault.UsernameMixed, "mixed", mixed)
	}
	if _, is := provider.ReadUUID(canonical); is {
		why = fault.New(fault.UsernameUUID)
	}
	if r, found := invisible(canonical); found {
		why = fault.New(fault.UsernameInvisible, "character", fmt.Sprintf("U+%04X", r))
	}
	return "", nil, &Invalid{"username", why, ErrUsername}
}

// ValidUsername tells whether users may have such a name: letters and digits of any script, with their combining marks, and . _ - + in the
// middle, so that a name reads the same in an address bar, a log and an email. An @ would make it
// look like the email address of another user, letters of another script like another name, and a UUID is
// the id of a user.
func ValidUsername(name string) bool {
	if len(name) > maxName || name != Canonical(name) {
		return false
	}
	if _, is := provider.ReadUUID(name); is {
		return false
	}
	if _, err := precis.UsernameCaseMapped.String(name); err != nil { // the rules of scripts and of right-to-left text
		return false
	}
	if lookalike.Mixed(name) != "" {
		return false
	}
	first, size := utf8.DecodeRuneInString(name)
	if size == len(name) && !unicode.In(first, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
		return false // a single letter is not a word in this script
	}
	return (unicode.IsLetter(first) || unicode.IsDigit(first)) && !strings.ContainsFunc(name, func(r rune) bool {
		return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-+", r)
	})
}
