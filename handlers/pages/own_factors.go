package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// NamedFactor is a second factor in a sentence: by the name that the person gave it or, without one, by what it is.
type NamedFactor struct {
	Name string    `json:"name,omitempty"`
	Use  FactorUse `json:"use,omitempty"`
	// Key: the passkey is on a security key.
	Key bool `json:"key,omitempty"`
}

// Text is the key of the text for a factor without a name.
func (f NamedFactor) Text() string {
	switch {
	case f.Key:
		return "own.factors.key"
	case f.Use == UsePasskey:
		return "set_up.passkey"
	case f.Use == UseMail:
		return "set_up.mail"
	default:
		return "set_up.app"
	}
}

// OwnFactor is a second factor of a person.
type OwnFactor struct {
	// ID and Name are of a passkey; it has no name if nobody gave it one. Key: it is a security key. SecondOnly: it does not sign
	// the person in without the password.
	ID, Name        string
	Key, SecondOnly bool
	Added           time.Time
	// Used is nil before the first use.
	Used *time.Time
}

// OwnFactors is the page on which people change their second factors.
type OwnFactors struct {
	Own

	App, Mail *OwnFactor
	Passkeys  []OwnFactor
	// Accepted is what the browser tells whoever keeps passkeys (WebAuthn Level 3, Signal methods), a list as JSON; empty:
	// nothing.
	Accepted string
	// Any: there is a factor, of whatever kind. Codes is how many recovery codes are left.
	Any     bool
	Codes   int
	Problem FactorProblem
}

// ownFactor is a factor with the page that it is on.
type ownFactor struct {
	Own Own
	OwnFactor
}

// Of is a factor for the part of the page about it.
func (p OwnFactors) Of(f OwnFactor) ownFactor { return ownFactor{p.Own, f} }

// Confirm is the address of the question whether a change is meant: one of the actions of the page, about the passkey
// with the id or, without it, about what there is one of.
func (p OwnFactors) Confirm(action, id string) string {
	return wire.Path(p.Current, url.Values{"confirm": {action}, "passkey": {id}})
}

// OwnFactors writes the page.
func (l Localized) OwnFactors(w http.ResponseWriter, status int, page OwnFactors) error {
	if !page.Any {
		return l.write(w, status, "own_factors", page, page.Current)
	}
	if page.Accepted != "" {
		return l.writeForm(w, status, "own_factors", page, scriptPolicy, &chooser{Again: page.Current})
	}
	return l.ownForm(w, status, "own_factors", page, page.Current)
}
