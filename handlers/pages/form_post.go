package pages

import (
	"net/http"
	"net/url"
)

// FormPost is the page that posts a response to the application (OAuth 2.0 Form Post Response Mode):
// automatically with JavaScript, otherwise by a button.
type FormPost struct {
	Action string
	Params url.Values
}

// FormPost writes the page.
func (l Localized) FormPost(w http.ResponseWriter, page FormPost) error {
	return l.writeForm(w, http.StatusOK, "form_post", page, scriptPolicy, nil)
}
