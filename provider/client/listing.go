package client

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Filter selects clients; the zero value selects all. They are listed by name, without regard to the
// case of ASCII letters, and by id where names are the same.
type Filter struct {
	// Search is what the name or the id begins with.
	Search string
	// Type is their application type; empty: any.
	Type Type
	// Disabled selects those that are disabled, or that are not; nil: both.
	Disabled *bool
	// Trust selects those of one kind; empty: any.
	Trust Trust
	// After is the Position of the last client of the page before; empty: the first page.
	After string
}

// Finder pages through the clients that a filter selects.
type Finder interface {
	FindClients(ctx context.Context, of Filter, limit int) ([]*Client, error)
}

// Position is where a list continues after a client.
func Position(c *Client) string { return c.ID + " " + FoldName(c.Name) }

// Continue is the name and the id to continue after; ok is false for the first page. An id has no spaces.
func (f Filter) Continue() (name, id string, ok bool) {
	id, name, ok = strings.Cut(f.After, " ")
	return name, id, ok
}

// FoldName is a name in the form by which clients are listed and found: ASCII letters are small, as both
// databases can do for an index.
func FoldName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, name)
}

// Named is a user who is named for a restricted client.
type Named struct {
	ID       provider.ID
	Username string
}
