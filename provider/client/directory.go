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

// Directory finds clients for requests, from memory if possible.
type Directory struct {
	finder  finder
	clients *cache.Cache[*Client]
	// registered are ids that were found or learned before. A Flush keeps them.
	registered *lru.Cache[string, struct{}]
}

// NewDirectory makes a Directory in front of the given store. looked, if set, is called at each
// lookup with whether the client was in memory.
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

// Client returns the client with the given id, or provider.ErrNotFound. The client is shared: do not
// change it. A disabled client is returned too: the caller has to check that.
func (d *Directory) Client(ctx context.Context, id string) (*Client, error) {
	// An id that could not have been registered need not reach the database.
	if len(id) > maxID || !idPattern.MatchString(id) {
		return nil, fmt.Errorf("client id of %d bytes: %w", len(id), errNotRegistrable)
	}
	return d.clients.Get(ctx, id)
}

// Known tells whether Client needs no query for the id, or one that finds a client. That holds after
// a Flush too: otherwise each change of any client would subject all of them to the limit for
// unknown clients, which an attacker at the same IP address can use up.
func (d *Directory) Known(id string) bool {
	return len(id) > maxID || !idPattern.MatchString(id) || d.clients.Has(id) || d.registered.Contains(id)
}

// learn reads which clients are registered, so that the first request of a client is not subject to
// the limit for unknown ones: after a restart, an attacker at the same IP address would lock a
// resource server out. Where there are more clients than fit, those that were looked up before stay.
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

// Flush forgets all clients and reads which are registered. It is called when another process
// changed one.
func (d *Directory) Flush(ctx context.Context) error {
	d.clients.Flush()
	return d.learn(ctx)
}

// ForgetAll drops clients that other processes changed.
func (d *Directory) ForgetAll(_ context.Context, ids []string) error {
	for _, id := range ids {
		d.Forget(id)
	}
	return nil
}

// Forget drops one client that this process changed.
func (d *Directory) Forget(id string) { d.clients.Forget(id) }
