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

// Cache finds the logos of clients.
type Cache struct {
	clients finder
	copies  *copies
}

// NewCache makes a Cache.
func NewCache(clients finder, fetch fetcher, clock provider.Clock) *Cache {
	return &Cache{clients: clients, copies: newCopies(fetch, clock)}
}

// Picture returns the logo of a client in the given version. It returns provider.ErrNotFound when
// the client has no such logo, and ErrUnavailable when it cannot be fetched.
func (c *Cache) Picture(ctx context.Context, clientID, version string) (Picture, error) {
	owner, err := c.clients.Client(ctx, clientID)
	if err != nil {
		return Picture{}, fmt.Errorf("logo: %w", err)
	}
	// Without the right version nothing is fetched either: the request must come from a page that
	// shows the logo.
	uri := owner.ShownLogo()
	if owner.Disabled || uri == "" || version != Version(uri) {
		return Picture{}, fmt.Errorf("logo of this version: %w", provider.ErrNotFound)
	}
	return c.copies.get(owner.Outbound(ctx), uri)
}
