package pages

import (
	"html/template"
	"net/http"
)

// Return is the page for an error that is for an application which nobody verified, and that asked before a person did
// anything: the person decides whether to go there.
type Return struct {
	// Client is the application, as it calls itself, and Destination the host that the error goes to.
	Client, Destination string
	// Next is the address with the error; or Form posts it there.
	Next string
	Form *FormPost
	// Refused has no title, description or hint: those are for an error page.
	Refused Error
}

// returnView is a Return in the language of the page.
type returnView struct {
	Return

	Refused errorView
	Next    template.URL
}

// Return writes the page.
func (l Localized) Return(w http.ResponseWriter, status int, page Return) error {
	v := returnView{Return: page, Refused: l.view(page.Refused), Next: template.URL(page.Next)} //nolint:gosec // registered, with a scheme that is allowed
	return l.writeForm(w, status, "return", v, formPolicy, nil)
}
