package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// repository is where files are that are not part of the site.
const repository = "https://github.com/gatehouse-id/gatehouse/blob/main/"

// link leads the links of a page to the pages of the site, and returns a fault for each that leads nowhere.
func (s *site) link(p *page) []error {
	var faults []error
	_ = ast.Walk(p.document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var err error
		switch n := n.(type) {
		case *ast.Link:
			n.Destination, err = s.target(p, string(n.Destination))
		case *ast.Image:
			n.Destination, err = s.picture(p, string(n.Destination))
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.path, err))
		}
		return ast.WalkContinue, nil
	})
	return faults
}

func (s *site) target(p *page, destination string) ([]byte, error) {
	if strings.Contains(destination, "://") || strings.HasPrefix(destination, "mailto:") {
		return []byte(destination), nil
	}
	name, anchor, _ := strings.Cut(destination, "#")
	to, file := p, ""
	if name != "" {
		path := filepath.Join(filepath.Dir(p.path), name)
		to = s.byPath[path]
		if to == nil {
			return s.inRepository(path, destination)
		}
		file = to.File
	}
	if anchor == "" {
		return []byte(file), nil
	}
	if !to.anchors[anchor] {
		return nil, fmt.Errorf("there is no heading #%s in %s", anchor, to.path)
	}
	return []byte(file + "#" + anchor), nil
}

// inRepository is the address of a file that is no page. The index is two directories below the top.
func (s *site) inRepository(path, destination string) ([]byte, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("the link %s leads nowhere", destination)
	}
	relative, err := filepath.Rel(filepath.Join(filepath.Dir(s.index), "..", ".."), path)
	if err != nil || strings.HasPrefix(relative, "..") {
		return nil, fmt.Errorf("the link %s leads out of the repository", destination)
	}
	return []byte(repository + filepath.ToSlash(relative)), nil
}

func (s *site) picture(p *page, destination string) ([]byte, error) {
	if strings.Contains(destination, "://") {
		return nil, fmt.Errorf("the picture %s is on another server", destination)
	}
	path := filepath.Join(filepath.Dir(p.path), destination)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no picture %s", destination)
	}
	s.pictures[path] = filepath.Base(path)
	return []byte(filepath.Base(path)), nil
}

// unlisted are faults for pages beside the index that nobody would find.
func (s *site) unlisted() []error {
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(s.index), "*.md"))
	if err != nil {
		return []error{err}
	}
	var faults []error
	for _, path := range paths {
		if s.byPath[path] == nil {
			faults = append(faults, fmt.Errorf("%s is not listed in %s", path, s.index))
		}
	}
	return faults
}
