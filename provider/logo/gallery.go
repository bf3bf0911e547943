package logo

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// finder finds clients. It returns provider.ErrNotFound.
type finder interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// Gallery finds the logos of clients.
type Gallery struct {
	clients finder
	copies  *copies
}

// NewGallery makes a Gallery.
func NewGallery(clients finder, fetch fetcher, clock provider.Clock) *Gallery {
	return &Gallery{clients: clients, copies: newCopies(fetch, clock)}
}

// Picture returns the logo of a client in the given version. It returns provider.ErrNotFound
// when the client has no such logo, and ErrUnavailable when there is none to be had.
func (g *Gallery) Picture(ctx context.Context, clientID, version string) (Picture, error) {
	c, err := g.clients.Client(ctx, clientID)
	if err != nil {
		return Picture{}, fmt.Errorf("logo: %w", err)
	}
	// Without the right version no fetch is made either: who asks must have seen a page that
	// shows the logo.
	if c.Disabled || c.LogoURI == "" || version != Version(c.LogoURI) {
		return Picture{}, fmt.Errorf("logo of this version: %w", provider.ErrNotFound)
	}
	return g.copies.get(ctx, c.LogoURI)
}
