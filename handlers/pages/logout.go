package pages

import (
	"net/http"
	"net/url"
)

// Logout is the page that asks whether to sign out.
type Logout struct {
	// Action is the target of the form; Confirm shows that this page asked.
	Action, Confirm, Username string
	// Client is the requesting application, or empty.
	Client string
}

// Logout writes the page that asks.
func (l Localized) Logout(w http.ResponseWriter, page Logout) error {
	again := url.Values{"confirm": {page.Confirm}, "ui_locales": {l.tag}}
	return l.writeForm(w, http.StatusOK, "logout", page, formPolicy, &chooser{Again: page.Action + "?" + again.Encode()})
}

// LoggedOut is the page after signing out.
type LoggedOut struct {
	// Client is the application that sent the user here, or empty; ClientURI leads back.
	Client, ClientURI string
	// Again is the path that shows the page again.
	Again string
	// Refused is about the address that the application wanted the browser sent to and that is
	// not registered for it, or nil. It has no title, description or hint: those are for an
	// error page.
	Refused *Error
}

// loggedOutView is a LoggedOut in the language of the page.
type loggedOutView struct {
	LoggedOut

	Refused *errorView
}

// LoggedOut writes the page after signing out.
func (l Localized) LoggedOut(w http.ResponseWriter, page LoggedOut) error {
	v := loggedOutView{LoggedOut: page}
	if page.Refused != nil {
		refused := l.view(*page.Refused)
		v.Refused = &refused
	}
	return l.write(w, http.StatusOK, "logged_out", v, page.Again)
}
