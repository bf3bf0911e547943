package pages

import (
	"html/template"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server reads a template when its page is first asked for: a broken one would be found by a visitor.
func TestEveryTemplateCanBeRead(t *testing.T) {
	t.Parallel()
	set, err := New(Settings{})
	require.NoError(t, err)
	for _, e := range set.editions {
		for name := range e.templates {
			_, err := e.templates.page(name)
			assert.NoError(t, err, "%s in %s", name, e.tag)
		}
	}
	_, err = set.editions[0].templates.page("missing")
	assert.ErrorContains(t, err, "missing")
}

// Of those who ask first all get the same.
func TestTemplatesAreReadOnce(t *testing.T) {
	t.Parallel()
	set, err := New(Settings{})
	require.NoError(t, err)
	got := make(chan *template.Template, 8)
	for range cap(got) {
		go func() {
			read, _ := set.editions[0].templates.page("login")
			_ = read.Execute(io.Discard, nil) // adds the escapers, once
			got <- read
		}()
	}
	first := <-got
	for range cap(got) - 1 {
		assert.Same(t, first, <-got)
	}
}
