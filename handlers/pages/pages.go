package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed templates/*.html
var templates embed.FS

// policy is the content security policy of a page: nothing inline, nothing from elsewhere, no
// framing (clickjacking), and forms that go where they should.
func policy(formAction string) string {
	return "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action " + formAction + "; frame-ancestors 'none'"
}

// Set writes the pages of one server.
type Set struct {
	assets    assets
	templates map[string]*template.Template
	dev       bool
}

// New reads the embedded templates, texts and assets. With dev every page says that this
// is a development server.
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
		"landing", "error", "not_found", "explanation", "unknown_error",
		"login", "consent", "logout", "logged_out", "form_post",
	} {
		t, err := template.New("layout.html").Funcs(functions).Option("missingkey=error").
			ParseFS(templates, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		set.templates[name] = t
	}
	return set, nil
}

// view is what the layout needs around the content of a page.
type view struct {
	Dev  bool
	Page any
}

// write renders before it writes, so that a template that fails still can become an
// error answer.
func (s *Set) write(w http.ResponseWriter, status int, name string, page any) error {
	return s.writePolicy(w, status, name, page, policy("'none'"))
}

// writeForm writes a page with a form of ours, whose answer may redirect to target: Chromium
// applies form-action to that redirect too.
func (s *Set) writeForm(w http.ResponseWriter, status int, name string, page any, target string) error {
	return s.writePolicy(w, status, name, page, policy(strings.TrimSpace("'self' "+target)))
}

func (s *Set) writePolicy(w http.ResponseWriter, status int, name string, page any, policy string) error {
	var body bytes.Buffer
	if err := s.templates[name].Execute(&body, view{Dev: s.dev, Page: page}); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a caller who hung up cannot be told
	return nil
}
