package client

import (
	"context"
	"errors"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/cache"
)

// directorySize bounds the clients in memory, some 1 kB each.
const directorySize = 10_000

// finder reads one client. It returns provider.ErrNotFound.
type finder interface {
	Client(ctx context.Context, id string) (*Client, error)
}

// Directory finds clients on the path of a request, from memory when it can.
type Directory struct {
	clients *cache.Cache[*Client]
	// registered are ids that were found before. A Flush leaves them.
	registered *lru.Cache[string, struct{}]
}

// NewDirectory makes a Directory in front of the given store. Looked, when set, hears each time
// whether a client was in memory.
func NewDirectory(f finder, looked func(hit bool)) *Directory {
	registered, err := lru.New[string, struct{}](directorySize)
	if err != nil { // only for a size that is not positive
		panic("client: " + err.Error())
	}
	d := &Directory{registered: registered}
	d.clients = cache.New(directorySize, func(ctx context.Context, id string) (*Client, error) {
		c, err := f.Client(ctx, id)
		switch {
		case err == nil:
			d.registered.Add(id, struct{}{})
		case errors.Is(err, provider.ErrNotFound):
			d.registered.Remove(id)
		}
		return c, err
	}, looked)
	return d
}

// Client returns the client with the given id, or provider.ErrNotFound. The client is
// shared: do not change it. A disabled client is returned too; what that means is the
// caller's to decide.
func (d *Directory) Client(ctx context.Context, id string) (*Client, error) {
	// An id that could not have been registered need not reach the database.
	if len(id) > maxID || !idPattern.MatchString(id) {
		return nil, fmt.Errorf("client id of %d bytes: %w", len(id), errNotRegistrable)
	}
	return d.clients.Get(ctx, id)
}

// AtHand tells whether asking Client about the id is cheap: it need not look, or it finds
// what it then keeps in memory. That holds after a Flush too: otherwise each change of any
// client would make strangers of all of them, who an attacker at their address keeps out.
func (d *Directory) AtHand(id string) bool {
	return len(id) > maxID || !idPattern.MatchString(id) || d.clients.Has(id) || d.registered.Contains(id)
}

// Flush forgets all clients, for when one was changed elsewhere.
func (d *Directory) Flush(context.Context) error {
	d.clients.Flush()
	return nil
}

// Forget drops one client that this process changed.
func (d *Directory) Forget(id string) { d.clients.Forget(id) }
