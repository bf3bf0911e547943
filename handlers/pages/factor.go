package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// FactorUse is which second factor a person gives or sets up.
type FactorUse string

// The uses. The zero value is an authenticator app.
const (
	UseApp          FactorUse = ""
	UsePasskey      FactorUse = "passkey"
	UseMail         FactorUse = "mail"
	UseRecoveryCode FactorUse = "recovery_code"
)

// FactorProblem is why a factor was refused; its text is under problem.
type FactorProblem string

// The problems.
const (
	WrongCode     FactorProblem = "factor_code"
	WrongMailCode FactorProblem = "factor_mail_code"
	WrongRecovery FactorProblem = "recovery_code"
	TooManyCodes  FactorProblem = "factor_throttled"
	TooManyMails  FactorProblem = "too_many_messages"
	PasskeyFailed FactorProblem = "passkey_failed"
	// PasskeyAltered is of one in hardware that can be copied now.
	PasskeyAltered FactorProblem = "passkey_altered"
	PasskeyExists  FactorProblem = "passkey_exists"
	PasskeyModel   FactorProblem = "passkey_model"
	PasskeyName    FactorProblem = "passkey_name"
	FactorNeeded   FactorProblem = "factor_needed"
)

// Ceremony is a request to a passkey: its options as JSON (WebAuthn sections 5.1.9 and 5.1.10), and the sealed
// state that comes back with the response.
type Ceremony struct {
	Options, State string
	// Only: the page has no other way.
	Only bool
}

// policyWith is the policy of a form that asks for a passkey or, without one, needs no script.
func policyWith(passkey *Ceremony) string {
	if passkey == nil {
		return formPolicy
	}
	return scriptPolicy
}

// Factor asks for a second factor.
type Factor struct {
	Application

	// Flow is the sealed request in progress, Next a path of the own account; both may be empty. Token is the
	// form's.
	Flow, Next, Token string
	Username          string
	// Changing: the person is signed in, and changes how the account is protected.
	Changing bool
	// Asked is what the application demands of a person who is signed in; empty: nothing.
	Asked AskedFactor
	// Use is what is asked for. App, Mail, Passkey and Recovery are what there is.
	Use                 FactorUse
	App, Mail, Recovery bool
	Passkey             *Ceremony
	// MailCode is for the use of that.
	MailCode MailCode
	// Remember: this browser may remember the factor, for RememberFor. Remembered: the person has checked the box.
	Remember, Remembered bool
	RememberFor          Lasts
	Problem              FactorProblem
	// Wait is the time until the next attempt.
	Wait Lasts
}

// Code tells whether a code is asked for.
func (f Factor) Code() bool { return f.Use != UsePasskey && !f.Unsent() }

// Unsent tells whether a code by mail is to be sent first.
func (f Factor) Unsent() bool { return f.Use == UseMail && !f.MailCode.Sent }

// With is the address of the page that asks for another factor.
func (f Factor) With(use FactorUse) string {
	return wire.Path("/factor", url.Values{"flow": {f.Flow}, "next": {f.Next}, "use": {string(use)}})
}

// Factor writes the page.
func (l Localized) Factor(w http.ResponseWriter, status int, page Factor) error {
	return l.writeForm(w, status, "factor", page, policyWith(page.Passkey), &chooser{
		Flow: page.Flow, Again: wire.Path("/factor", url.Values{"next": {page.Next}, "use": {string(page.Use)}}),
	})
}

// SetUp has a person set up a second factor.
type SetUp struct {
	Application

	Flow, Next, Token string
	Username          string
	// Asked is what the application demands; empty: nothing.
	Asked AskedFactor
	// EndsMail: what is set up takes the place of codes by mail.
	EndsMail bool
	// Further: there is one already. Wanted: nothing but the person wants one.
	Further, Wanted bool
	// Due is until when the person may go on without one; zero: it is needed now.
	Due time.Time
	// Passkey is nil where there can be no other one. Name is of the passkey.
	Passkey *Ceremony
	Name    string
	// Missing is the id of a passkey that was made and not accepted; see Login.
	Missing string
	// Proposal is the sealed secret of an authenticator app, Secret its text, and URL what the QR code contains;
	// empty: no app can be set up.
	Proposal, Secret, URL string
	// Mail is nil where codes by mail cannot be set up.
	Mail    *MailCode
	Problem FactorProblem
	// Wait is the time until the next mail.
	Wait Lasts
}

// AskedFactor is what an application demands of a person who has to give it, or to set it up; its text is under set_up.asked.
type AskedFactor string

// What can be demanded.
const (
	AskedSecond   AskedFactor = "second"
	AskedPasskey  AskedFactor = "passkey"
	AskedHardware AskedFactor = "hardware"
)

// Choice tells whether there are several ways.
func (s SetUp) Choice() bool {
	ways := 0
	for _, is := range []bool{s.Passkey != nil, s.Secret != "", s.Mail != nil} {
		if is {
			ways++
		}
	}
	return ways > 1
}

// OfApp tells whether the problem is one of the code of an app, and OfMail whether it is one of codes by mail.
func (s SetUp) OfApp() bool { return s.Problem == WrongCode }

// OfMail is explained at OfApp.
func (s SetUp) OfMail() bool { return s.Problem == WrongMailCode || s.Problem == TooManyMails }

// OfPasskey tells whether the problem is one of a passkey.
func (s SetUp) OfPasskey() bool { return s.Problem != "" && !s.OfApp() && !s.OfMail() }

// SetUp writes the page.
func (l Localized) SetUp(w http.ResponseWriter, status int, page SetUp) error {
	again := wire.Path("/set-up", url.Values{"next": {page.Next}})
	return l.writeForm(w, status, "set_up", page, policyWith(page.Passkey), &chooser{Flow: page.Flow, Again: again})
}

// RecoveryCodes shows codes that stand in for a lost factor. They are never shown again.
type RecoveryCodes struct {
	Flow, Next, Token, Username string
	// Said is what was done right before, with the SaidFactor; nil: nothing.
	Said       OwnDone
	SaidFactor *NamedFactor
	// Codes is empty for a person who opens the page again, and None for one who has no second factor, and so no codes.
	Codes []string
	None  bool
	// Server is the host of the server, which the brand may not tell apart from others, and At when the codes were made.
	Server string
	At     time.Time
	// brand is what the server is called.
	brand string
}

// Of is what the codes are for, for a paper or file among others.
func (c RecoveryCodes) Of() string { return c.brand + " (" + c.Server + ")" }

// RecoveryCodes writes the page. With codes it has no form for the language: it cannot be shown again.
func (l Localized) RecoveryCodes(w http.ResponseWriter, page RecoveryCodes) error {
	w.Header().Set("Cache-Control", "no-store")
	page.brand = l.set.settings.Brand.Title()
	if len(page.Codes) == 0 {
		again := wire.Path("/recovery-codes", url.Values{"flow": {page.Flow}, "next": {page.Next}})
		return l.writeForm(w, http.StatusOK, "recovery_codes", page, formPolicy, &chooser{Again: again})
	}
	return l.writeForm(w, http.StatusOK, "recovery_codes", page, scriptPolicy, nil)
}
