package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// site is all that was read.
type site struct {
	index    string
	markdown goldmark.Markdown
	// pages are in the order of the navigation, the index first.
	pages    []*page
	byPath   map[string]*page
	sections []section
	// pictures are the files to copy, by their path.
	pictures map[string]string
}

// section is a heading of the navigation with its pages.
type section struct {
	Title string
	Pages []*page
}

// page is one Markdown file.
type page struct {
	path, Title, File string
	source            []byte
	document          ast.Node
	anchors           map[string]bool
	// Parts are the headings of the second level.
	Parts []part
}

// part is a heading within a page.
type part struct{ ID, Title string }

func read(index string) (*site, error) {
	s := &site{
		index:    filepath.Clean(index),
		markdown: goldmark.New(goldmark.WithExtensions(extension.Table, extension.Linkify), goldmark.WithParserOptions(parser.WithAutoHeadingID())),
		byPath:   map[string]*page{}, pictures: map[string]string{},
	}
	first, err := s.add(s.index)
	if err != nil {
		return nil, err
	}
	var faults []error
	err = ast.Walk(first.document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 2 {
				s.sections = append(s.sections, section{Title: plain(n, first.source)})
			}
		case *ast.Link:
			name := string(n.Destination)
			if !strings.HasSuffix(name, ".md") || len(s.sections) == 0 {
				return ast.WalkContinue, nil
			}
			p, err := s.add(filepath.Join(filepath.Dir(s.index), name))
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", s.index, err))
				return ast.WalkContinue, nil
			}
			last := &s.sections[len(s.sections)-1]
			last.Pages = append(last.Pages, p)
		}
		return ast.WalkContinue, nil
	})
	return s, errors.Join(append(faults, err)...)
}

func (s *site) add(path string) (*page, error) {
	if s.byPath[path] != nil {
		return nil, fmt.Errorf("%s is listed twice", path)
	}
	source, err := os.ReadFile(path) //nolint:gosec // the guides of the one who calls
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), ".md"))
	p := &page{path: path, File: name + ".html", source: source, anchors: map[string]bool{}}
	for _, other := range s.pages {
		if other.File == p.File {
			return nil, fmt.Errorf("%s and %s have the same name", path, other.path)
		}
	}
	p.document = s.markdown.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext(parser.WithIDs(anchors(p.anchors)))))
	for n := p.document.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		switch {
		case !ok:
		case h.Level == 1 && p.Title == "":
			p.Title = plain(h, source)
		case h.Level == 2:
			id, _ := h.AttributeString("id")
			p.Parts = append(p.Parts, part{string(id.([]byte)), plain(h, source)})
		}
	}
	if p.Title == "" {
		return nil, fmt.Errorf("%s has no title", path)
	}
	s.pages, s.byPath[path] = append(s.pages, p), p
	return p, nil
}

// plain is the text of a node without its markup.
func plain(n ast.Node, source []byte) string {
	var b bytes.Buffer
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
