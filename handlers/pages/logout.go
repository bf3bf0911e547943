package pages

import "net/http"

// Logout is the page that asks whether to sign out.
type Logout struct {
	// Action is where the form goes; Confirm proves that this page asked.
	Action, Confirm, Username string
}

// Logout writes the page that asks.
func (s *Set) Logout(w http.ResponseWriter, page Logout) error {
	return s.writeForm(w, http.StatusOK, "logout", page, "")
}

// LoggedOut writes the page that says that it is done.
func (s *Set) LoggedOut(w http.ResponseWriter) error {
	return s.write(w, http.StatusOK, "logged_out", nil)
}
