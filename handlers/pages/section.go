package pages

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
)

// Section is a part of the product with a layout, pages and texts of its own, in the languages of the Set.
type Section struct {
	set      *Set
	editions []*edition
}

// sectionPolicy is for pages whose forms are answered by this server, and whose script may ask it.
const sectionPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Section reads the files of a section: its pages are templates/*.html, inside templates/shared/layout.html and with
// the other templates of that folder; messages/*.json are its texts. Those of the Set are there, too.
func (s *Set) Section(files fs.FS) (*Section, error) {
	section := &Section{set: s}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: section: %w", err)
	}
	for _, base := range s.editions {
		e := *base
		e.texts = maps.Clone(base.texts)
		content, err := fs.ReadFile(files, "messages/"+e.tag+".json")
		if err == nil {
			err = json.Unmarshal(content, &e.texts)
		}
		if err != nil {
			return nil, fmt.Errorf("pages: section in %s: %w", e.tag, err)
		}
		e.templates = newPageTemplates(files, e.functions(s.assets), []string{"templates/shared/*.html"}, names)
		section.editions = append(section.editions, &e)
	}
	return section, nil
}

// SectionPages writes the pages of a section in the language of one request.
type SectionPages struct{ localized Localized }

// For is the pages for the person who sent the request; see Set.For.
func (s *Section) For(r *http.Request) SectionPages {
	l := s.set.For(r)
	l.edition = s.editions[slices.Index(s.set.editions, l.edition)]
	return SectionPages{l}
}

// Language is the language of the pages (BCP 47).
func (p SectionPages) Language() string { return p.localized.tag }

// Text is a text of the section; see messages.text. It is empty where there is none.
func (p SectionPages) Text(key string, values ...any) string {
	text, err := p.localized.text(key, values...)
	if err != nil {
		return ""
	}
	return fmt.Sprint(text)
}

// Write writes a page. Again is the path that shows it once more in another language.
func (p SectionPages) Write(w http.ResponseWriter, status int, name string, page any, again string) error {
	h := w.Header()
	// What these pages show is about other people, and an address may name one.
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
	h.Add("Vary", vary)
	return p.localized.render(w, status, name, page, sectionPolicy, &chooser{Again: again})
}
