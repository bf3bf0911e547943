package account

import (
	"errors"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// The refusals of a registration, beside Wrong.
var (
	ErrRegistrationOff = errors.New("people cannot register themselves here")
	// ErrUninvited is the refusal where an invitation is needed.
	ErrUninvited = errors.New("people register here by invitation")
	// ErrDomain is the kind of an Invalid.
	ErrDomain         = errors.New("people with an address of that domain cannot register here")
	ErrContactMissing = errors.New("an email address or a phone number is needed")
	ErrOneContact     = errors.New("either an email address or a phone number is needed, and not both")
	// ErrUnchanged is the kind of an Invalid.
	ErrUnchanged  = errors.New("that is the contact of the account already, and it is verified")
	ErrPhoneTaken = errors.New("another user has that phone number")
	// ErrChannel is the kind of an Invalid: there is no way to send a message to such a contact.
	ErrChannel = errors.New("this server cannot send messages to such a contact")
)

// Policy says who may register.
type Policy struct {
	// Open: people may register. Invitations: those whom an administrator invited may; Open includes it.
	Open, Invitations bool
	// Domains are those of the email addresses that may be registered; none: all. With them a phone
	// number alone is not enough.
	Domains []string
	// Private: a person who registers is not told that another user has the contact. The owner gets a
	// message instead.
	Private bool
	// Mail and SMS tell which messages can be sent.
	Mail, SMS bool
}

func (p Policy) mayHave(email string) bool {
	if len(p.Domains) == 0 {
		return true
	}
	// With these before the @, some mail servers pass a message on to another domain.
	if strings.ContainsAny(email, "%!") || strings.Contains(email, "=?") {
		return false
	}
	return slices.ContainsFunc(p.Domains, func(domain string) bool { return strings.HasSuffix(email, "@"+domain) })
}

func (p Policy) sends(by notify.Channel) bool {
	if by == notify.SMS {
		return p.SMS
	}
	return p.Mail
}

// Offers tells whether people can register.
func (p Policy) Offers() bool { return p.Open && (p.Mail || p.SMS) }

// refusal is that of a person who registers without an invitation; nil: there is none.
func (p Policy) refusal() error {
	switch {
	case p.Open:
		return nil
	case p.Invitations:
		return ErrUninvited
	default:
		return ErrRegistrationOff
	}
}

// ValidDomain tells whether email addresses may have such a domain.
func ValidDomain(domain string) bool { return faultOfNewEmail("a@"+CanonicalDomain(domain)) == nil }

// CanonicalDomain is the form of a domain in canonical email addresses.
func CanonicalDomain(domain string) string {
	return strings.TrimPrefix(canonicalEmail("a@"+strings.TrimSpace(domain)), "a@")
}

// admits refuses a contact that may not be registered. Both are in canonical form.
func (p Policy) admits(email, phone string) (wrong Wrong) {
	switch {
	case email == "" && phone == "":
		wrong.add(&Invalid{"", fault.New(fault.ContactMissing), ErrContactMissing})
	case email == "" && len(p.Domains) > 0:
		wrong.add(invalid("email", ErrDomain, fault.Domain))
	case email != "" && !p.mayHave(email):
		wrong.add(invalid("email", ErrDomain, fault.Domain))
	case email != "" && !p.Mail:
		wrong.add(invalid("email", ErrChannel, fault.Channel))
	case email == "" && !p.SMS:
		wrong.add(invalid("phone", ErrChannel, fault.Channel))
	}
	return wrong
}
