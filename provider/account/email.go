package account

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// domainForm turns a domain into its A-labels: what is compared, and what mail is sent to. A deviation
// character such as ß is one of its own (UTS 46, nontransitional processing).
func domainForm() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.ValidateLabels(true),
		idna.CheckHyphens(true), idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(true))
}

// canonicalEmail is the one form of an email address: without it two spellings of an address would be
// two accounts. It only lower-cases the local part: ß and ss are two different mailboxes. The domain is
// in A-labels and has no final dot; one that is not valid stays as it is.
func canonicalEmail(address string) string {
	if len(address) > maxTyped {
		return address
	}
	lower := norm.NFKC.String(olderEmail(address)) // lower case may compose where upper case does not
	at := strings.LastIndexByte(lower, '@')
	if at < 0 {
		return lower
	}
	if domain, err := asciiDomain(lower[at+1:]); err == nil {
		return lower[:at+1] + domain
	}
	return lower
}

// olderEmail is the form in which addresses were stored before domains were converted.
func olderEmail(address string) string {
	if len(address) > maxTyped {
		return address
	}
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(address)))
}

var errDomain = errors.New("not a domain")

func asciiDomain(domain string) (string, error) {
	if len(domain) > maxName { // the conversion takes time that grows with the square of the length
		return "", errDomain
	}
	if _, found := invisible(domain); found { // which the conversion would remove
		return "", errDomain
	}
	ascii, err := domainForm().ToASCII(domain)
	if ascii = strings.TrimSuffix(ascii, "."); err != nil || strings.HasSuffix(ascii, ".") {
		return "", errDomain
	}
	return ascii, nil
}

// emailForms are the forms in which an address may be stored, the canonical one first.
func emailForms(address string) []string {
	canonical := canonicalEmail(address)
	forms := []string{canonical}
	if at := strings.LastIndexByte(canonical, '@'); at >= 0 && len(canonical[at+1:]) <= maxName {
		if domain, err := domainForm().ToUnicode(canonical[at+1:]); err == nil && domain != canonical[at+1:] {
			forms = append(forms, canonical[:at+1]+domain)
		}
	}
	if form := olderEmail(address); !slices.Contains(forms, form) {
		forms = append(forms, form)
	}
	return forms
}

// takenForms are the forms in which another user may have a canonical address: domains were stored with
// a final dot where one was given.
func takenForms(address string) []string {
	forms := emailForms(address)
	for _, form := range slices.Clone(forms) {
		forms = append(forms, form+".")
	}
	return forms
}

// emailOf is the canonical form of an email address, which may be empty.
func emailOf(address string) (string, *Invalid) {
	canonical := canonicalEmail(address)
	if canonical == "" {
		return "", nil
	}
	if why := faultOfNewEmail(canonical); why != nil {
		return "", &Invalid{"email", why, ErrEmail}
	}
	return canonical, nil
}

// maxLocal bounds what stands before the @, in bytes (RFC 5321 section 4.5.3.1.1).
const maxLocal = 64

// faultOfNewEmail also refuses one that is longer before the @ than mail servers have to take, and the address of a
// machine, such as a@192.0.2.1: a top-level domain is not all numeric (RFC 3696 section 2). Users of an older version may have one, and messages go to it.
func faultOfNewEmail(address string) *fault.Fault {
	if why := faultOfEmail(address); why != nil {
		return why
	}
	at := strings.LastIndexByte(address, '@')
	if at > maxLocal {
		return fault.New(fault.EmailLocalLong, "bytes", maxLocal)
	}
	top, _ := asciiDomain(address[at+1:]) // which faultOfEmail has found valid
	if top = top[strings.LastIndexByte(top, '.')+1:]; strings.Trim(top, "0123456789") == "" {
		return fault.New(fault.EmailNumeric)
	}
	return nil
}

// faultOfEmail is deliberately simple: one @ with something on each side, and a domain with a dot that
// the DNS could have. Only sending mail shows whether the address exists.
func faultOfEmail(address string) *fault.Fault {
	if r, found := invisible(address); found {
		return fault.New(fault.EmailInvisible, "character", fmt.Sprintf("U+%04X", r))
	}
	local, domain, _ := strings.Cut(address, "@")
	switch {
	case local == "" || domain == "" || strings.Contains(domain, "@"):
		return fault.New(fault.EmailAt)
	case len(address) > maxName:
		return fault.New(fault.EmailLong, "bytes", maxName)
	case strings.ContainsFunc(local, func(r rune) bool { return strings.ContainsRune(`<>()[],;:\"`, r) || unicode.IsSpace(r) }):
		return fault.New(fault.EmailLocal)
	}
	if _, err := asciiDomain(domain); err != nil || !strings.Contains(domain, ".") {
		return fault.New(fault.EmailDomain)
	}
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address { // such as a..b@example.com
		return fault.New(fault.EmailUnsendable)
	}
	return nil
}

// invisible finds a character that is not seen: with one, two names that look the same would be two
// accounts, or a name would be shown in another order than it is stored.
func invisible(text string) (r rune, found bool) {
	at := strings.IndexFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
			r == unicode.ReplacementChar
	})
	if at < 0 {
		return 0, false
	}
	r, _ = utf8.DecodeRuneInString(text[at:])
	return r, true
}
