package pages

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// pageTemplates are the templates of the pages of one language, by name. Each is read when its page is written for the
// first time: a server writes few of its pages in few of its languages, and to read all would be most of its start.
type pageTemplates map[string]func() (*template.Template, error)

// newPageTemplates has the pages in some of the files, each inside of layout.html and with the other templates of shared,
// which are patterns.
func newPageTemplates(files fs.FS, functions template.FuncMap, shared, names []string) pageTemplates {
	common := sync.OnceValues(func() (*template.Template, error) {
		return template.New("layout.html").Funcs(functions).Option("missingkey=error").ParseFS(files, shared...)
	})
	pages := pageTemplates{}
	for _, name := range names {
		pages[strings.TrimSuffix(path.Base(name), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			t, err := common()
			if err != nil {
				return nil, err
			}
			if t, err = t.Clone(); err != nil {
				return nil, err
			}
			return t.ParseFS(files, name)
		})
	}
	return pages
}

// page is the template of a page.
func (p pageTemplates) page(name string) (*template.Template, error) {
	read, ok := p[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	return read()
}
