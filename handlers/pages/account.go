package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// AccountProblem is what is wrong with what a person typed; its text is under problem.
type AccountProblem string

// The problems.
const (
	UsernameInvalid    AccountProblem = "username_invalid"
	UsernameMissing    AccountProblem = "username_missing"
	UsernameTaken      AccountProblem = "username_taken"
	EmailInvalid       AccountProblem = "email_invalid"
	EmailTaken         AccountProblem = "email_taken"
	EmailDomain        AccountProblem = "email_domain"
	PhoneInvalid       AccountProblem = "phone_invalid"
	PhoneTaken         AccountProblem = "phone_taken"
	ContactMissing     AccountProblem = "contact_missing"
	ContactUnreachable AccountProblem = "contact_unreachable"
	PasswordLength     AccountProblem = "password_length"
	PasswordCommon     AccountProblem = "password_common"
	PasswordWrong      AccountProblem = "password_wrong"
	FieldInvalid       AccountProblem = "field_invalid"
	CodeWrong          AccountProblem = "code_wrong"
	CodeClosed         AccountProblem = "code_closed"
	LinkClosed         AccountProblem = "link_closed"
	TooManyMessages    AccountProblem = "too_many_messages"
	TooManySMS         AccountProblem = "too_many_sms"
	TooManyPasswords   AccountProblem = "too_many_passwords"
	PasswordMissing    AccountProblem = "password_missing"
	InvitationClosed   AccountProblem = "invitation_closed"
	// AccountPasskeyFailed: the browser made no passkey that does.
	AccountPasskeyFailed AccountProblem = "passkey_failed"
	// The next are of the pages of a person's own account.
	URLInvalid       AccountProblem = "url_invalid"
	BirthdateInvalid AccountProblem = "birthdate_invalid"
	ZoneInvalid      AccountProblem = "zone_invalid"
	LocaleInvalid    AccountProblem = "locale_invalid"
	TextLong         AccountProblem = "text_long"
	PictureInvalid   AccountProblem = "picture_invalid"
	PictureLarge     AccountProblem = "picture_large"
	ContactUnchanged AccountProblem = "contact_unchanged"
	ContactLast      AccountProblem = "contact_last"
	ContactFactor    AccountProblem = "contact_factor"
)

// Register is the form for a new account.
type Register struct {
	Application

	// Flow is the sealed request in progress, or empty. Locales are the languages that the application
	// asked for, as it wrote them. Token is the form's.
	Flow, Locales, Token string
	// ID and Code are those of an invitation, to the email address or phone number of the page; empty:
	// the person was not invited.
	ID, Code string
	// SignIn is where people with an account sign in, and Recover where those go who forgot its password.
	SignIn, Recover string
	// SignedInAs is the user who is signed in already, and whose session that of the account replaces.
	SignedInAs string
	// Mail and SMS tell which contacts can be given.
	Mail, SMS              bool
	Username, Email, Phone string
	// Hint is whom the application expects, as it wrote it.
	Hint string
	// Problems are by the name of the field; empty: of the whole.
	Problems map[string]AccountProblem
	// Wait is the time until there may be another message.
	Wait Lasts
}

// Focus is the field to begin with: the first one that is wrong, or that is not filled in.
func (r Register) Focus() string {
	for _, name := range []string{"email", "phone", "username"} {
		shown := name == "username" || name == "email" && r.Mail || name == "phone" && r.SMS
		if shown && r.Problems[name] != "" {
			return name
		}
	}
	switch {
	case len(r.Problems) > 0:
		return "password" // which is never filled in again
	case r.ID != "":
		return "username"
	case r.Mail && r.Email == "" && r.Phone == "":
		return "email"
	case !r.Mail && r.Phone == "":
		return "phone"
	default:
		return "password"
	}
}

// Register writes the form for a new account.
func (l Localized) Register(w http.ResponseWriter, status int, page Register) error {
	here := wire.Path("/register", url.Values{"id": {page.ID}, "code": {page.Code}, "flow": {page.Flow}, "ui_locales": {page.Locales}, "login_hint": {cmp.Or(page.Email, page.Phone, page.Username, page.Hint)}})
	if page.Problems[""] == InvitationClosed {
		return l.write(w, status, "register", page, here)
	}
	return l.writeForm(w, status, "register", page, scriptPolicy, &chooser{Again: here})
}

// Verify asks for the code of a message.
type Verify struct {
	Application

	Flow, Locales, Token, ID, Code string
	// Login and Register are where people with an account sign in, and others begin again.
	Login, Register string
	// Address is where the code went, if that may be said, and Valid how long it can be used.
	Address string
	Valid   Lasts
	// Contact: the code is of a new contact, not of a registration. SignIn: its user is not signed in.
	Contact, SignIn bool
	// Confirmed: the code was used already, and the account can be used.
	Confirmed bool
	// Password: it is asked for, too.
	Password bool
	// Sent: the code was sent again.
	Sent    bool
	Problem AccountProblem
	// Wait is the time until there may be another message.
	Wait Lasts
}

// Mail tells whether the code went to an email address.
func (v Verify) Mail() bool { return strings.Contains(v.Address, "@") }

// Refused: the code was right, and there can be no such account any more, such as of a user name that another
// person has by now. No other code helps.
func (v Verify) Refused() bool {
	switch v.Problem {
	case "", CodeWrong, CodeClosed, PasswordMissing, PasswordWrong, TooManyMessages, TooManySMS:
		return false
	default:
		return !v.Contact
	}
}

// Focus is what to begin with: the field that is wrong, or that is not filled in.
func (v Verify) Focus() string {
	switch {
	case v.Code == "":
		return "code"
	case v.Password:
		return "password"
	default:
		return "submit"
	}
}

// Verify writes the page.
func (l Localized) Verify(w http.ResponseWriter, status int, page Verify) error {
	here := wire.Path("/verify", url.Values{"id": {page.ID}, "code": {page.Code}, "flow": {page.Flow}, "ui_locales": {page.Locales}})
	switch {
	case page.SignIn || page.Problem == CodeClosed || page.Refused():
		return l.write(w, status, "verify", page, here)
	case page.Password:
		return l.writeForm(w, status, "verify", page, scriptPolicy, &chooser{Again: here})
	default:
		return l.writeForm(w, status, "verify", page, formPolicy, &chooser{Again: here})
	}
}

// Recover asks for the contact of a person who forgot the password.
type Recover struct {
	Application

	Flow, Locales, Token string
	// SignIn is where people who remember the password sign in.
	SignIn string
	SMS    bool
	// Contact is what was typed, or named on another page.
	Contact string
	Problem AccountProblem
}

// Recover writes the page.
func (l Localized) Recover(w http.ResponseWriter, status int, page Recover) error {
	return l.writeForm(w, status, "recover", page, scriptPolicy, &chooser{Again: wire.Path("/recover", url.Values{"flow": {page.Flow}, "ui_locales": {page.Locales}, "login_hint": {page.Contact}})})
}

// Reset asks for the code of a message and another password.
type Reset struct {
	Application

	Flow, Locales, Token, ID, Code string
	// Again is where another code can be requested, and SignIn where people sign in who have used theirs.
	Again, SignIn string
	Problem       AccountProblem
}

// Focus is the field to begin with: the one that is wrong, or that is not filled in.
func (r Reset) Focus() string {
	if r.Code == "" {
		return "code"
	}
	return "password"
}

// Reset writes the page.
func (l Localized) Reset(w http.ResponseWriter, status int, page Reset) error {
	if page.Problem == CodeClosed {
		return l.write(w, status, "reset", page, wire.Path("/recover", url.Values{"flow": {page.Flow}, "ui_locales": {page.Locales}}))
	}
	return l.writeForm(w, status, "reset", page, scriptPolicy, &chooser{Again: wire.Path("/recover", url.Values{"id": {page.ID}, "code": {page.Code}, "flow": {page.Flow}, "ui_locales": {page.Locales}})})
}

// Undo asks whether a change of a contact, or of second factors, is to be undone.
type Undo struct {
	Factor bool
	// Username is whose account it is, Action what was done, as OwnActions name it; empty: that is not known. Kind is that
	// of the second factor, and What its name or the contact.
	Username, Action, Kind, What string
	// At is when, and Device and Network from where.
	At                       time.Time
	Device, Network          string
	Locales, Token, ID, Code string
	// Recover and SignIn are where people go on when nothing can be undone.
	Recover, SignIn string
	Problem         AccountProblem
}

// Undo writes the page.
func (l Localized) Undo(w http.ResponseWriter, status int, page Undo) error {
	if page.Problem != "" {
		return l.write(w, status, "undo", page, "/")
	}
	return l.writeForm(w, status, "undo", page, formPolicy, &chooser{Again: wire.Path("/undo", url.Values{"id": {page.ID}, "code": {page.Code}, "ui_locales": {page.Locales}})})
}

// AccountChange is what a person has done.
type AccountChange string

// The changes.
const (
	PasswordReset   AccountChange = "password_reset"
	ContactChanged  AccountChange = "contact_changed"
	ContactRestored AccountChange = "contact_restored"
	FactorUndone    AccountChange = "factor_undone"
	// DeletionRequested: the account is going to be deleted.
	DeletionRequested AccountChange = "deletion_requested"
)

// AccountChanges are all changes.
func AccountChanges() []AccountChange {
	return []AccountChange{PasswordReset, ContactChanged, ContactRestored, FactorUndone, DeletionRequested}
}

// Done says what was done, and where to go on.
type Done struct {
	Kind AccountChange
	// DeleteAt is when the account is going to be deleted; zero: it is not.
	DeleteAt time.Time
	Next     string
	// Change, Flow and Locales are of the address of the page.
	Change, Flow, Locales string
}

// Done writes the page.
func (l Localized) Done(w http.ResponseWriter, page Done) error {
	return l.write(w, http.StatusOK, "done", page, wire.Path("/done", url.Values{"change": {page.Change}, "flow": {page.Flow}, "ui_locales": {page.Locales}}))
}
