package pages

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// LoginProblem is why a sign-in failed; empty before the first attempt.
type LoginProblem string

// The problems.
const (
	WrongPassword LoginProblem = "wrong"
	TooManyTries  LoginProblem = "throttled"
	// PasskeyRefused is of a passkey, not of the fields.
	PasskeyRefused LoginProblem = "passkey"
	// PasskeyMissing is of one that is not known here.
	PasskeyMissing LoginProblem = "passkey_missing"
	// ChangedPasskey is PasskeyAltered, of a sign-in.
	ChangedPasskey LoginProblem = "passkey_altered"
	// PasskeyFirst is of one that has never verified its user, and needs the password beside it for once.
	PasskeyFirst LoginProblem = "passkey_first"
)

// Login is the sign-in page.
type Login struct {
	Application

	// Flow is the sealed request in progress, or empty.
	Flow string
	// Token is the form's, outside a flow, and Next a path of the own account to go on to; both may be empty.
	Token, Next string
	// Passkey is the request for a sign-in without a password.
	Passkey *Ceremony
	// Missing is the id of a passkey that is not known here, for whoever offers it (WebAuthn Level 3, Signal methods).
	Missing string
	// Locales are the languages that were asked for outside a flow, as they were written.
	Locales string
	// SignedInAs is the user who is signed in already; empty: nobody. AskedAgain: the application wants that user to sign in again.
	SignedInAs string
	AskedAgain bool
	// Remember: the box to stay signed in is checked.
	Remember bool
	// Phones: a phone number is a name, too.
	Phones bool
	// Problem says why the last attempt failed.
	Problem LoginProblem
	// Wait is the time until the next attempt.
	Wait     Lasts
	Username string
	// Register and Recover are where people without an account or without their password go on; empty:
	// they cannot.
	Register, Recover string
}

// Login writes the sign-in page.
func (l Localized) Login(w http.ResponseWriter, status int, page Login) error {
	return l.writeForm(w, status, "login", page, scriptPolicy, &chooser{Flow: page.Flow, Again: wire.Path("/login", url.Values{"ui_locales": {page.Locales}, "login_hint": {page.Username}, "next": {page.Next}})})
}
