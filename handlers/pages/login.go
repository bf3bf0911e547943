package pages

import "net/http"

// LoginProblem is why a sign-in failed; empty, none was tried.
type LoginProblem string

// The problems.
const (
	WrongPassword LoginProblem = "wrong"
	TooManyTries  LoginProblem = "throttled"
)

// Login is the sign-in page.
type Login struct {
	// Flow is the sealed request in progress, or empty.
	Flow string
	// Proof tells that the page was shown to this browser, outside a flow.
	Proof string
	// Remember: the person is kept signed in unless she says no.
	Remember bool
	// Problem says why the last try failed.
	Problem LoginProblem
	// Wait is how long it takes until the next try.
	Wait     Lasts
	Username string
	// Client is the application that asks, or empty; the links are its own.
	Client, PolicyURI, TOSURI string
	// Logo is the path of the application's logo, or empty.
	Logo string
}

// Login writes the sign-in page.
func (s *Set) Login(w http.ResponseWriter, status int, page Login) error {
	return s.writeForm(w, status, "login", page, scriptPolicy)
}
