package pages

import (
	"net/http"
	"path"
	"time"
)

// Error is the page for a request that was refused or failed.
type Error struct {
	Title       string
	Description string
	Hint        string
	// Wait is how long until it is over by itself; zero: it is not. The page says so in the
	// place of Hint, which speaks to programs, of a header that people do not see.
	Wait Lasts
	// About is the address where the error is explained.
	About string
	// RequestID finds the request in the log.
	RequestID string
	// Field is what was compared, with Expected and Received; they are only shown on a development
	// server. Otherwise they are for the operator.
	Field, Expected, Received string
	// Command is set here: it shows the developer at a development server what the operator would
	// see.
	Command string
}

// Error writes the error page.
func (s *Set) Error(w http.ResponseWriter, status int, page Error) error {
	return s.write(w, status, "error", s.shown(page))
}

// shown is what of page this server may show.
func (s *Set) shown(page Error) Error {
	if !s.dev {
		page.Field, page.Expected, page.Received = "", "", ""
		return page
	}
	page.Command = "gatehouse explain --dev " + path.Base(page.About)
	return page
}

// NotFound writes the page for a path without a route. Of page it shows the request id.
func (s *Set) NotFound(w http.ResponseWriter, page Error) error {
	return s.write(w, http.StatusNotFound, "not_found", page)
}

// Explanation explains an error to anybody who has its id. It has no field for the client or the
// check: "unknown client" and "wrong secret" must look the same.
type Explanation struct {
	Title       string
	Explanation string
	Hint        string
	Code        string
	Time        time.Time
}

// Explanation writes the page behind an error_uri.
func (s *Set) Explanation(w http.ResponseWriter, page Explanation) error {
	return s.write(w, http.StatusOK, "explanation", page)
}

// UnknownError writes the page for an error id that cannot be opened.
func (s *Set) UnknownError(w http.ResponseWriter) error {
	return s.write(w, http.StatusNotFound, "unknown_error", nil)
}
