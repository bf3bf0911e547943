package pages

import (
	"net/http"
	"path"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Meaning is what an error means. Its texts are in English; pages have them in their own language
// where its messages contain them for the check (refusal.CHECK.title and so on).
type Meaning struct {
	Check       refusal.Check
	Title       string
	Explanation string
	Hint        string
}

// in is the meaning in a language, and tells whether that has it.
func (m Meaning) in(e *edition) (Meaning, bool) {
	prefix := "refusal." + string(m.Check)
	title, ok := e.texts[prefix+".title"]
	if !ok {
		return m, e.isEnglish()
	}
	return Meaning{m.Check, title["other"], e.texts[prefix+".explanation"]["other"], e.texts[prefix+".hint"]["other"]}, true
}

// Error is the page for a request that was refused or failed.
type Error struct {
	Meaning

	// Description is the description of the protocol's response, in English.
	Description string
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
}

// errorView is an Error in the language of the page.
type errorView struct {
	Error

	// Lead says what happened.
	Lead string
	// Lang is the language of the texts, where it is not that of the page.
	Lang string
	// Detail is the description of the response, in English, where Lead is not.
	Detail string
	// Command shows the developer at a development server what the operator would see.
	Command string
}

// view is what of the error this server may show. Descriptions are in English: where the page has
// the meaning in its language, the description is a detail.
func (l Localized) view(page Error) errorView {
	meaning, translated := page.in(l.edition)
	v := errorView{Error: page, Lead: page.Description}
	v.Meaning = meaning
	switch {
	case !translated:
		v.Lang = l.set.editions[0].tag
	case !l.isEnglish():
		v.Lead, v.Detail = meaning.Explanation, page.Description
	}
	if l.set.settings.Dev {
		v.Command = "gatehouse explain --dev " + path.Base(page.About)
	} else {
		v.Field, v.Expected, v.Received = "", "", ""
	}
	return v
}

// Error writes the error page.
func (l Localized) Error(w http.ResponseWriter, status int, page Error) error {
	return l.write(w, status, "error", l.view(page), page.About)
}

// NotFound writes the page for a path without a route. Of page it shows the request id.
func (l Localized) NotFound(w http.ResponseWriter, page Error) error {
	return l.write(w, http.StatusNotFound, "not_found", page, l.path)
}

// Explanation explains an error to anybody who has its id. It has no field for the client and does
// not show the check: "unknown client" and "wrong secret" must look the same.
type Explanation struct {
	Meaning

	Code string
	Time time.Time
}

// explanationView is an Explanation in the language of the page; Lang as in errorView.
type explanationView struct {
	Explanation

	Lang string
}

// Explanation writes the page behind an error_uri.
func (l Localized) Explanation(w http.ResponseWriter, page Explanation) error {
	v := explanationView{Explanation: page}
	meaning, translated := page.in(l.edition)
	v.Meaning = meaning
	if !translated {
		v.Lang = l.set.editions[0].tag
	}
	return l.write(w, http.StatusOK, "explanation", v, l.path)
}

// UnknownError writes the page for an error id that cannot be opened.
func (l Localized) UnknownError(w http.ResponseWriter) error {
	return l.write(w, http.StatusNotFound, "unknown_error", nil, l.path)
}
