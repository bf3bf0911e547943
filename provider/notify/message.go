package notify

import (
	"context"
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/origin"
)

// Channel is how a message travels.
type Channel string

// The channels.
const (
	Mail Channel = "mail"
	SMS  Channel = "sms"
)

// Channels are all of them.
func Channels() []Channel { return []Channel{Mail, SMS} }

// Kind is what a message is about.
type Kind string

// The kinds.
const (
	ConfirmRegistration Kind = "confirm_registration"
	// Invitation is to a person whom an administrator invited, with a link.
	Invitation     Kind = "invitation"
	ResetPassword  Kind = "reset_password"
	ConfirmContact Kind = "confirm_contact"
	// AddressTaken: somebody tried to register with the address of the recipient.
	AddressTaken    Kind = "address_taken"
	NewSignIn       Kind = "new_sign_in"
	PasswordChanged Kind = "password_changed"
	// ContactChanged goes to the former address, with a link that undoes the change.
	ContactChanged Kind = "contact_changed"
	// ContactChangedAgain is the same without a link: the recipient's address was new itself, or the link
	// is not valid any more.
	ContactChangedAgain Kind = "contact_changed_again"
	// FactorAdded and FactorRemoved are about the second factor that Data.Factor names.
	FactorAdded          Kind = "factor_added"
	FactorRemoved        Kind = "factor_removed"
	RecoveryCodesRenewed Kind = "recovery_codes_renewed"
	RecoveryCodeUsed     Kind = "recovery_code_used"
	// FactorGuessed: somebody gave the password, and then wrong codes until no more were accepted.
	FactorGuessed Kind = "factor_guessed"
	// SecondFactorCode is a code that the recipient asked for, as a second factor or to set that up.
	SecondFactorCode Kind = "second_factor_code"
	// PasskeyCloned: there may be a copy of the passkey that Data.FactorName names.
	PasskeyCloned Kind = "passkey_cloned"
	// FactorsReset: an administrator removed all factors of the recipient.
	FactorsReset Kind = "factors_reset"
	// ChangesUndone: the link of a message took the account of the recipient back to before a change. Data.Address is
	// the contact that the message had gone to.
	ChangesUndone Kind = "changes_undone"
	// DeletionRequested says when the account is to be deleted, and how to keep it.
	DeletionRequested Kind = "deletion_requested"
	// AccountKept: it is not going to be deleted any more.
	AccountKept Kind = "account_kept"
	// AccountDeleted is the last message about an account.
	AccountDeleted Kind = "account_deleted"
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{ConfirmRegistration, Invitation, ResetPassword, ConfirmContact, AddressTaken, NewSignIn, PasswordChanged, ContactChanged, ContactChangedAgain, FactorAdded, FactorRemoved, RecoveryCodesRenewed, RecoveryCodeUsed, FactorGuessed, SecondFactorCode, PasskeyCloned, FactorsReset, ChangesUndone, DeletionRequested, AccountKept, AccountDeleted}
}

// undoable tells whether a message may have a link that takes an account back to before a change of its factors.
// Without the link it leads to where the recipient chooses another password.
func (k Kind) undoable() bool {
	switch k {
	case FactorAdded, FactorRemoved, RecoveryCodesRenewed, RecoveryCodeUsed:
		return true
	default:
		return false
	}
}

// Message is a message to a person.
type Message struct {
	// ID is set by Outbox.Add.
	ID      provider.ID
	Channel Channel
	// To is an email address, without a name, or a phone number in the form of E.164.
	To   string
	Kind Kind
	// UserID is whom it is about or, with Asked, who asked for it; zero where there is no user yet.
	UserID provider.ID
	// Asked: the user is signed in and chose the address. It is counted as the user's, and is not stored.
	Asked bool
	// Known: it is asked for in a browser in which the user has signed in before. It takes no room from others of its kind, nor
	// they from it, and is not stored.
	Known bool
	// Locale is the language of the recipient (BCP 47); empty: the default one.
	Locale string
	// Verification is the request whose code and link the message contains; zero: none.
	Verification provider.ID
	Data         Data
	// Silent: it is stored and never sent.
	Silent bool
	// CreatedAt is set by Outbox.Add.
	CreatedAt time.Time
}

// Data is what a message says. It is stored in clear and contains no secret.
type Data struct {
	// Username is shown only to people who have proved to control the address.
	Username string `json:"username,omitempty"`
	// Address is the new contact of a change, as it may be shown to the owner of the former one, or the contact by
	// which changes were undone.
	Address string `json:"address,omitempty"`
	// Added: Address is new, and the account had none of its kind before.
	Added bool `json:"added,omitempty"`
	// Removed is the contact that an account does not have any more, where there is no new one.
	Removed string `json:"removed,omitempty"`
	// Device is a browser and its system, such as "Firefox on Windows".
	Device string `json:"device,omitempty"`
	// Network is the address prefix of the request, such as 192.0.2.0/24.
	Network string `json:"network,omitempty"`
	// Zone is the time zone of the recipient (IANA), in which times are; empty: UTC.
	Zone string `json:"zone,omitempty"`
	// Factor is the kind of a second factor: totp, passkey, hardware_key or mail; FactorName is what the user called it.
	Factor     string `json:"factor,omitempty"`
	FactorName string `json:"factor_name,omitempty"`
	// Ended is the kind of a second factor that the change ended besides, such as codes by mail that an app replaces.
	Ended string `json:"ended,omitempty"`
	// CodesLeft is how many recovery codes are left, when one was used.
	CodesLeft int `json:"codes_left,omitempty"`
	// At is when it happened; zero: not said.
	At time.Time `json:"at,omitzero"`
	// Due is when something is going to happen; zero: not said.
	Due time.Time `json:"due,omitzero"`
	// Valid is for how long the code or link can be used; zero: not said.
	Valid time.Duration `json:"valid,omitempty"`
}

// SeenFrom is the data with the device and the network of the request of ctx, for what its user did.
func (d Data) SeenFrom(ctx context.Context) Data {
	d.Device, d.Network = origin.Of(ctx)
	return d
}

// ErrAddress: a message has a recipient that its channel cannot reach.
var ErrAddress = errors.New("notify: not an address of the channel")

// maxAddress is the longest address that a mail can have (RFC 5321 section 4.5.3.1.3).
const maxAddress = 254

// reachable tells whether the channel can reach an address. The address becomes a header of a mail
// and an argument of SMTP commands: a line break in it would add others.
func (c Channel) reachable(to string) bool {
	switch c {
	case Mail:
		if len(to) > maxAddress || !utf8.ValidString(to) || strings.ContainsFunc(to, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
			return false
		}
		parsed, err := mail.ParseAddress(to)
		return err == nil && parsed.Name == "" && parsed.Address == to
	case SMS:
		return regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(to)
	default:
		return false
	}
}

// Budgets of an address. What anybody can have sent to a person must not use up the room for what the person
// has to know, nor tell, by what is refused, whether a name and an address belong together.
const (
	recoveries    = "recovery"
	confirmations = "confirmation"
	// Those that a user or an administrator asks for have room of their own beside those of anybody.
	contactConfirmations = confirmations + "-contact"
	invitations          = "invitation"
	changes              = "change" // with the link that undoes one
	// Who signs in again and again must not use up what tells of a factor.
	factors = "factor"
	guesses = "guess" // repeated as long as somebody guesses
	// Who knows the password can have these sent, and must not use up either, nor those that the owner asks for.
	factorCodes      = "factor-code"
	knownFactorCodes = "factor-code-known"
	undos            = "undo" // a thief who makes many changes must not use up what tells of the undo
	notices          = "notice"
)

func (m *Message) budget() string {
	if m.Asked { // also what tells somebody else that the contact was asked for
		return contactConfirmations
	}
	switch m.Kind {
	case ResetPassword:
		return recoveries
	case ConfirmRegistration, AddressTaken:
		return confirmations
	case ConfirmContact:
		return contactConfirmations
	case Invitation:
		return invitations
	case SecondFactorCode:
		if m.Known {
			return knownFactorCodes
		}
		return factorCodes
	case ContactChanged, ContactChangedAgain:
		return changes
	case FactorAdded, FactorRemoved, RecoveryCodesRenewed, RecoveryCodeUsed, PasskeyCloned, FactorsReset:
		return factors
	case FactorGuessed:
		return guesses
	case ChangesUndone:
		return undos
	default:
		return notices
	}
}

// key is the address for counting. Letters of either case, and whatever stands between a plus sign and
// the @, reach the same mailbox at most providers.
func (m *Message) key() string {
	to := strings.ToLower(m.To)
	if at := strings.LastIndexByte(to, '@'); at > 0 {
		local, _, _ := strings.Cut(to[:at], "+")
		to = local + to[at:]
	}
	return m.budget() + ":" + string(m.Channel) + ":" + to
}

// knownLocale is a tag of a language, or empty for a text that is none: it comes from browsers.
func knownLocale(text string) string {
	tag, err := language.Parse(text)
	if err != nil || len(text) > maxLocale {
		return ""
	}
	return tag.String()
}

// maxLocale bounds a tag; all that mean something are shorter (RFC 5646 section 4.4.1).
const maxLocale = 35

func (m *Message) valid() bool { return slices.Contains(Kinds(), m.Kind) }
