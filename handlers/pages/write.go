package pages

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
)

// The content security policies: nothing inline, nothing from other origins, no framing
// (clickjacking).
//
// A page whose form may be answered by a redirect to an application has no form-action. Chromium
// applies it to every redirect after the form, and the further redirects of the application are not
// known here: with it, the button would do nothing for an application behind a gateway that
// redirects twice more. form-action protects against an injected form that posts the password to an
// attacker. Injection is prevented: templates escape every value for its context, and pages contain
// no foreign HTML. Forms on other sites are unaffected by it; their posts are refused on arrival.
const (
	// policy is for pages with the form for choosing the language alone, whose answer stays here.
	policy       = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	formPolicy   = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
	scriptPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"
	// developersPolicy is for pages without any form.
	developersPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// framingPolicy is for such a page with other documents of this server in it.
	framingPolicy = developersPolicy + "; frame-src 'self'"
)

// vary names the request headers that the language depends on.
const vary = "Accept-Language, Cookie"

// view is what the layout needs in addition to the content of a page.
type view struct {
	Dev   bool
	Lang  string
	Brand Brand
	// Chooser is nil on pages that cannot be shown again, or are in English only.
	Chooser *chooser
	Page    any
}

// chooser is the form for choosing the language. Afterwards the browser continues the flow, or goes
// to the path that shows the page again: never to an address that was posted, since a repeated post
// would sign in or agree a second time.
type chooser struct {
	Flow, Again string
	Choices     []choice
}

type choice struct {
	Tag, Name string
	Current   bool
}

// write writes a page without a form of its own. A page of another site that opened it cannot
// access its window: it can neither navigate it nor count its frames.
func (l Localized) write(w http.ResponseWriter, status int, name string, page any, again string) error {
	return l.writeUnder(w, status, name, page, policy, again)
}

// writeUnder is write under another policy.
func (l Localized) writeUnder(w http.ResponseWriter, status int, name string, page any, policy, again string) error {
	h := w.Header()
	h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	// Under no-referrer, the form that chooses the language would have no Origin; as with it, other
	// sites learn nothing.
	h.Set("Referrer-Policy", "same-origin")
	h.Add("Vary", vary)
	return l.render(w, status, name, page, policy, &chooser{Again: cmp.Or(again, "/")})
}

// writeForm writes a page with a form, which may be answered by a redirect.
//
// An application may show it in a popup, which then passes the response to its opener (signinPopup
// of oidc-client-ts): any opener policy but unsafe-none would separate the two, so there is none.
//
// Browsers derive the Origin header of a form from the referrer policy of its page (Fetch standard
// section 3.2): under no-referrer it is null, and a browser without Sec-Fetch-Site would seem to
// post from another site. Under strict-origin it is the real one, also when a response is posted to
// an application, and Referer is only that origin: neither the path nor the query, which may contain
// codes, is ever sent.
func (l Localized) writeForm(w http.ResponseWriter, status int, name string, page any, policy string, form *chooser) error {
	h := w.Header()
	h.Set("Referrer-Policy", "strict-origin")
	h.Add("Vary", vary)
	return l.render(w, status, name, page, policy, form)
}

// writeDevelopers writes a page for developers, in English.
func (s *Set) writeDevelopers(w http.ResponseWriter, status int, name string, page any) error {
	return s.writeEnglish(w, status, name, page, developersPolicy)
}

// writeFraming writes a page for developers that shows other documents of this server.
func (s *Set) writeFraming(w http.ResponseWriter, status int, name string, page any) error {
	return s.writeEnglish(w, status, name, page, framingPolicy)
}

// writeDevelopersForm writes a page for developers with forms. The browser says where they come from, as
// with those for people.
func (s *Set) writeDevelopersForm(w http.ResponseWriter, status int, name string, page any) error {
	w.Header().Set("Referrer-Policy", "strict-origin")
	return Localized{set: s, edition: s.editions[0]}.render(w, status, name, page, formPolicy, nil)
}

func (s *Set) writeEnglish(w http.ResponseWriter, status int, name string, page any, policy string) error {
	w.Header().Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	return Localized{set: s, edition: s.editions[0]}.render(w, status, name, page, policy, nil)
}

// render renders before it writes, so that a failing template can still become an error response.
func (l Localized) render(w http.ResponseWriter, status int, name string, page any, policy string, form *chooser) error {
	if form != nil {
		for _, e := range l.set.editions {
			form.Choices = append(form.Choices, choice{e.tag, e.name, e.tag == l.tag})
		}
	}
	t, err := l.templates.page(name)
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	var body bytes.Buffer
	view := view{Dev: l.set.settings.Dev, Lang: l.tag, Brand: l.set.settings.Brand, Chooser: form, Page: page}
	if err := t.Execute(&body, view); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", l.tag)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY") // what frame-ancestors says, to browsers and scanners that do not know it
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // fails only when the client has disconnected
	return nil
}
