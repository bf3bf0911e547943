package pages

import (
	"net/http"
	"time"
)

// Landing is the page at the root: who is signed in and what can be done, or what this server is.
type Landing struct {
	Issuer string
	// Discovery, Metadata, Keys and Reference are paths.
	Discovery, Metadata, Keys, Reference string
	// Username is the user who is signed in, or empty; Logout is the path for signing out.
	Username, Logout string
	// DeleteAt is when the account is to be deleted; zero: it stays.
	DeleteAt time.Time
	// Console: the user may enter the console of administrators.
	Console bool
	// Ready: the account of the user was just made.
	Ready bool
	// Register and Recover are where people without an account or without their password go on; empty:
	// they cannot.
	Register, Recover string
	// Demo is the URL of the demo application, and Playground the path of that page; each may be empty. They are
	// shown on a development server only.
	Demo, Playground string
}

// Landing writes the landing page.
func (l Localized) Landing(w http.ResponseWriter, page Landing) error {
	if !l.set.settings.Dev {
		page.Demo, page.Playground = "", ""
	}
	here := "/"
	if page.Ready {
		here = "/?ready=1"
	}
	return l.write(w, http.StatusOK, "landing", page, here)
}
