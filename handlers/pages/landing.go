package pages

import "net/http"

// Landing is the page at the root: what this server is, and its documents.
type Landing struct {
	Issuer string
	// Discovery, Metadata, Keys and Reference are paths.
	Discovery, Metadata, Keys, Reference string
	// Username is the user who is signed in, or empty; Logout is the path for signing out.
	Username, Logout string
	// Demo is the URL of the demo application, or empty; it is shown on a development server only.
	Demo string
}

// Landing writes the landing page.
func (l Localized) Landing(w http.ResponseWriter, page Landing) error {
	if !l.set.settings.Dev {
		page.Demo = ""
	}
	return l.write(w, http.StatusOK, "landing", page, "/")
}
