package pages

import "net/http"

// Logout is the page that asks whether to sign out.
type Logout struct {
	// Action is where the form goes; Confirm proves that this page asked.
	Action, Confirm, Username string
	// Client is the application that asks for it, or empty.
	Client string
}

// Logout writes the page that asks.
func (s *Set) Logout(w http.ResponseWriter, page Logout) error {
	return s.writeForm(w, http.StatusOK, "logout", page, formPolicy)
}

// LoggedOut is the page that says that it is done.
type LoggedOut struct {
	// Client is the application that sent the person here, or empty; ClientURI leads back.
	Client, ClientURI string
	// Refused is about the address that the application wanted the browser sent to and that is
	// not registered for it, or nil. It has no title, description or hint: those are for an
	// error page.
	Refused *Error
}

// LoggedOut writes the page that says that it is done.
func (s *Set) LoggedOut(w http.ResponseWriter, page LoggedOut) error {
	if page.Refused != nil {
		shown := s.shown(*page.Refused)
		page.Refused = &shown
	}
	return s.write(w, http.StatusOK, "logged_out", page)
}
