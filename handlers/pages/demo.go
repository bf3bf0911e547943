package pages

import "net/http"

// Demo is the start page of the demo application.
type Demo struct {
	// Issuer is the server that it signs in at.
	Issuer string
	// Web and Public are the clients to sign in with.
	Web, Public string
}

// Demo writes the start page of the demo application.
func (s *Set) Demo(w http.ResponseWriter, page Demo) error {
	return s.writeDevelopers(w, http.StatusOK, "demo", page)
}

// DemoAnswer is what the demo application received for a signed-in user.
type DemoAnswer struct {
	Client, Code                       string
	AccessToken, RefreshToken, IDToken string
	// Claims are those of the ID token, and UserInfo those of the UserInfo endpoint, as JSON.
	Claims, UserInfo string
	// The commands to try next; Refresh is empty without a refresh token.
	Introspect, AskUserInfo, Refresh, Revoke string
	// SignOut is the URL that signs out.
	SignOut string
}

// DemoAnswer writes the page after a sign-in.
func (s *Set) DemoAnswer(w http.ResponseWriter, page DemoAnswer) error {
	return s.writeDevelopers(w, http.StatusOK, "demo_answer", page)
}

// DemoCode is a code that the demo application did not request, and the command to exchange it.
type DemoCode struct{ Code, State, Public, Web string }

// DemoCode writes the page with a code that is still to be exchanged.
func (s *Set) DemoCode(w http.ResponseWriter, page DemoCode) error {
	return s.writeDevelopers(w, http.StatusOK, "demo_code", page)
}

// DemoUsed writes the page for a response that the demo application has used already.
func (s *Set) DemoUsed(w http.ResponseWriter) error {
	return s.writeDevelopers(w, http.StatusOK, "demo_used", nil)
}

// DemoProblem is an error of the server or, with only a description, of the application.
type DemoProblem struct{ Code, Description, URI string }

// DemoProblem writes the page of an error.
func (s *Set) DemoProblem(w http.ResponseWriter, page DemoProblem) error {
	return s.writeDevelopers(w, http.StatusBadRequest, "demo_problem", page)
}
