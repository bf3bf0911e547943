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

// contentSecurityPolicy of every page. Nothing inline, nothing from elsewhere, no forms as
// long as no page has one, and no framing (clickjacking).
const contentSecurityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

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
	for _, name := range []string{"landing", "error", "not_found", "explanation", "unknown_error"} {
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
	var body bytes.Buffer
	if err := s.templates[name].Execute(&body, view{Dev: s.dev, Page: page}); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a caller who hung up cannot be told
	return nil
}
