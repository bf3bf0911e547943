package client

import (
	"context"
	"fmt"
	"sync/atomic"
)

// originReader reads the origins of all enabled public clients.
type originReader interface {
	Origins(ctx context.Context) ([]string, error)
}

// Origins knows the web origins of public clients, from memory. Browsers ask for them by a CORS
// preflight, which is not limited: an attacker must not reach the database by it.
type Origins struct {
	reader originReader
	known  atomic.Pointer[map[string]struct{}]
}

// NewOrigins makes Origins that are empty until Learn.
func NewOrigins(r originReader) *Origins {
	o := &Origins{reader: r}
	o.known.Store(&map[string]struct{}{})
	return o
}

// Learn reads all of them: at the start, and when a client was changed. When it fails, the known
// ones stay.
func (o *Origins) Learn(ctx context.Context) error {
	origins, err := o.reader.Origins(ctx)
	if err != nil {
		return fmt.Errorf("origins of public clients: %w", err)
	}
	known := make(map[string]struct{}, len(origins))
	for _, origin := range origins {
		known[origin] = struct{}{}
	}
	o.known.Store(&known)
	return nil
}

// Allowed tells whether the browser code of an enabled public client runs on the origin.
func (o *Origins) Allowed(origin string) bool {
	_, ok := (*o.known.Load())[origin]
	return ok
}
