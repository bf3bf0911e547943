package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
)

//go:embed templates/*.html
var templates embed.FS

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
	policy       = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	formPolicy   = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
	scriptPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// Set writes the pages of one server.
type Set struct {
	assets    assets
	templates map[string]*template.Template
	dev       bool
}

// New reads the embedded templates, texts and assets. With dev every page says that this is a
// development server.
func New(dev bool) (*Set, error) {
	texts, err := readMessages("messages/en.json")
	if err != nil {
		return nil, err
	}
	files, err := readAssets()
	if err != nil {
		return nil, err
	}
	set := &Set{assets: files, templates: map[string]*template.Template{}, dev: dev}
	functions := template.FuncMap{"t": texts.text, "asset": files.path}
	for _, name := range []string{
		"landing", "error", "not_found", "explanation", "unknown_error", "reference",
		"login", "consent", "logout", "logged_out", "form_post",
		"demo", "demo_answer", "demo_code", "demo_used", "demo_problem", "outbox",
	} {
		t, err := template.New("layout.html").Funcs(functions).Option("missingkey=error").
			ParseFS(templates, "templates/layout.html", "templates/refused.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		set.templates[name] = t
	}
	return set, nil
}

// view is what the layout needs in addition to the content of a page.
type view struct {
	Dev  bool
	Page any
}

// write writes a page without a form. A page of another site that opened it cannot access its
// window: it can neither navigate it nor count its frames.
func (s *Set) write(w http.ResponseWriter, status int, name string, page any) error {
	w.Header().Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	return s.writePolicy(w, status, name, page, policy)
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
func (s *Set) writeForm(w http.ResponseWriter, status int, name string, page any, policy string) error {
	w.Header().Set("Referrer-Policy", "strict-origin")
	return s.writePolicy(w, status, name, page, policy)
}

// writePolicy renders before it writes, so that a failing template can still become an error
// response.
func (s *Set) writePolicy(w http.ResponseWriter, status int, name string, page any, policy string) error {
	var body bytes.Buffer
	if err := s.templates[name].Execute(&body, view{Dev: s.dev, Page: page}); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // fails only when the client has disconnected
	return nil
}
