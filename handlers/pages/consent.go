package pages

import "net/http"

// Consent is the page that asks a person whether an application may do what it wants.
type Consent struct {
	Flow                                 string
	Client, ClientURI, PolicyURI, TOSURI string
	// Logo is the path of the application's logo, or empty.
	Logo     string
	Username string
	// Destination is the host that the answer goes to.
	Destination string
	Scopes      []Scope
	Target      string
}

// Scope is one thing to agree to. Without a description the page shows the name.
type Scope struct {
	Name, Description string
	// Claims, when there are any, are the parts of it that are asked for.
	Claims []string
}

// Consent writes the consent page.
func (s *Set) Consent(w http.ResponseWriter, page Consent) error {
	return s.writeForm(w, http.StatusOK, "consent", page, page.Target)
}
