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

// finder reads one client, or returns provider.ErrNotFound, and the ids of up to limit
// clients.
type finder interface {
	Client(ctx context.Context, id string) (*Client, error)
	ClientIDs(ctx context.Context, limit int) ([]string, error)
}

// Directory finds clients on the path of a request, from memory when it can.
type Directory struct {
	finder  finder
	clients *cache.Cache[*Client]
	// registered are ids that were found or learned before. A Flush leaves them.
	registered *lru.Cache[string, struct{}]
}

// NewDirectory makes a Directory in front of the given store. Looked, when set, hears each time
// whether a client was in memory.
func NewDirectory(f finder, looked func(hit bool)) *Directory {
	registered, err := lru.New[string, struct{}](directorySize)
	if err != nil { // only for a size that is not positive
		panic("client: " + err.Error())
	}
	d := &Directory{finder: f, registered: registered}
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

// learn finds out who is registered, so that nobody's first request is taken for a stranger's:
// after a restart, an attacker at the same address would keep a resource server out. Where
// there are more clients than fit, those that were asked about before stay.
func (d *Directory) learn(ctx context.Context) error {
	ids, err := d.finder.ClientIDs(ctx, directorySize)
	if err != nil {
		return fmt.Errorf("registered clients: %w", err)
	}
	for _, id := range ids {
		if d.registered.Len() == directorySize {
			break
		}
		d.registered.Add(id, struct{}{})
	}
	return nil
}

// Flush forgets all clients and learns who is registered, for when one was changed elsewhere.
func (d *Directory) Flush(ctx context.Context) error {
	d.clients.Flush()
	return d.learn(ctx)
}

// Forget drops one client that this process changed.
func (d *Directory) Forget(id string) { d.clients.Forget(id) }
