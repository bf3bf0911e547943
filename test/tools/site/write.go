package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"os"
	"path/filepath"
	"strings"
)

//go:embed page.html
var layout string

//go:embed style.css
var style []byte

// view is what the layout shows.
type view struct {
	*page

	Sections []section
	Home     *page
	Body     template.HTML
}

// write makes the directory anew, so that a page that was renamed does not stay.
func (s *site) write(directory string) error {
	shown, err := template.New("page").Parse(layout)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(directory); err != nil { //nolint:gosec // the directory of the one who calls
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // a site is public
		return err
	}
	files := map[string][]byte{"style.css": style}
	for path, name := range s.pictures {
		if files[name], err = os.ReadFile(path); err != nil { //nolint:gosec // the guides of the one who calls
			return err
		}
	}
	for _, p := range s.pages {
		var body, whole bytes.Buffer
		if err := s.markdown.Renderer().Render(&body, p.source, p.document); err != nil {
			return err
		}
		if err := shown.Execute(&whole, view{p, s.sections, s.pages[0], scrollable(body.String())}); err != nil {
			return err
		}
		files[p.File] = whole.Bytes()
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o644); err != nil { //nolint:gosec // a site is public
			return err
		}
	}
	return nil
}

// scrollable lets what is wider than a phone be moved by itself, with the keyboard too.
func scrollable(body string) template.HTML {
	return template.HTML(strings.NewReplacer( //nolint:gosec // of our own Markdown, in which HTML is left out
		"<table>", `<div class="wide" tabindex="0" role="region" aria-label="Table"><table>`, "</table>", "</table></div>",
		"<pre>", `<pre tabindex="0">`,
	).Replace(body))
}
