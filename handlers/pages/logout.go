package pages

import "net/http"

// Logout is the page that asks whether to sign out.
type Logout struct {
	// Action is the target of the form; Confirm shows that this page asked.
	Action, Confirm, Username string
	// Client is the requesting application, or empty.
	Client string
}

// Logout writes the page that asks.
func (s *Set) Logout(w http.ResponseWriter, page Logout) error {
	return s.writeForm(w, http.StatusOK, "logout", page, formPolicy)
}

// LoggedOut is the page after signing out.
type LoggedOut struct {
	// Client is the application that sent the user here, or empty; ClientURI leads back.
	Client, ClientURI string
	// Refused is about the address that the application wanted the browser sent to and that is
	// not registered for it, or nil. It has no title, description or hint: those are for an
	// error page.
	Refused *Error
}

// LoggedOut writes the page after signing out.
func (s *Set) LoggedOut(w http.ResponseWriter, page LoggedOut) error {
	if page.Refused != nil {
		shown := s.shown(*page.Refused)
		page.Refused = &shown
	}
	return s.write(w, http.StatusOK, "logged_out", page)
}
