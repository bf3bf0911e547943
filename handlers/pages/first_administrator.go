package pages

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// FirstAdministrator is the form on which the first administrator of an installation is made.
type FirstAdministrator struct {
	// Token is the form's, and Code that of the address.
	Token, Code     string
	Username, Email string
	// Closed: the address is worth nothing.
	Closed bool
	// Passkey asks the browser for a passkey, once the rest is known to be right.
	Passkey *Ceremony
	// Problems are by the name of the field; empty: of the whole.
	Problems map[string]AccountProblem
}

// Focus is the field to begin with: the first one that is wrong.
func (f FirstAdministrator) Focus() string {
	for _, name := range []string{"username", "email", "password"} {
		if f.Problems[name] != "" {
			return name
		}
	}
	return "username"
}

// Begin is the address of the page.
func (f FirstAdministrator) Begin() string {
	return wire.Path("/first-administrator", url.Values{"token": {f.Code}})
}

// FirstAdministrator writes the page.
func (l Localized) FirstAdministrator(w http.ResponseWriter, status int, page FirstAdministrator) error {
	if page.Closed {
		return l.write(w, status, "first_administrator", page, "/first-administrator")
	}
	return l.writeForm(w, status, "first_administrator", page, scriptPolicy, &chooser{Again: page.Begin()})
}
