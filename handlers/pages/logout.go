package pages

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	// Username is who is signed in now, in place of another user whose session has ended; empty: nobody.
	Username string
	// Again is the path that shows the page again.
	Again string
	// Refused is about the address that the application wanted the browser sent to and that is
	// not registered for it, or nil. It has no title, description or hint: those are for an
	// error page.
	Refused *Error
	// Frames are loaded so that applications learn of it.
	Frames []Frame
	// Next is where the browser goes when all of them are loaded, or after a short time; empty:
	// nowhere. It is registered for the application, or a path of this server.
	Next string
	// Destination is the host of Next where the person decides whether to go there, since nobody verified the
	// application; empty: the browser goes by itself.
	Destination string
}

// Frame is a page of an application within this one.
type Frame struct{ URL, Origin string }

// loggedOutView is a LoggedOut in the language of the page.
type loggedOutView struct {
	LoggedOut

	Refused *errorView
	Next    template.URL
}

// LoggedOut writes the page after signing out.
func (l Localized) LoggedOut(w http.ResponseWriter, page LoggedOut) error {
	v := loggedOutView{LoggedOut: page, Next: template.URL(page.Next)} //nolint:gosec // registered, with a scheme that is allowed, or a path
	if page.Refused != nil {
		refused := l.view(*page.Refused)
		v.Refused = &refused
	}
	return l.writeUnder(w, http.StatusOK, "logged_out", v, page.policy(), page.Again)
}

// policy allows the frames, by their origins and no others, and the script that goes on after them.
func (page LoggedOut) policy() string {
	if len(page.Frames) == 0 {
		return policy
	}
	var origins []string
	for _, f := range page.Frames {
		if !slices.Contains(origins, f.Origin) {
			origins = append(origins, f.Origin)
		}
	}
	framing := policy + "; frame-src " + strings.Join(origins, " ")
	if page.Next != "" && page.Destination == "" {
		framing += "; script-src 'self'"
	}
	return framing
}
