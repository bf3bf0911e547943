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

// Origins knows the web origins at which public clients are registered, from memory. Browsers
// ask about them before a script's request, and anybody can, without end and before any limit:
// the database must not hear of it.
type Origins struct {
	reader originReader
	known  atomic.Pointer[map[string]struct{}]
}

// NewOrigins makes Origins that know none until Learn.
func NewOrigins(r originReader) *Origins {
	o := &Origins{reader: r}
	o.known.Store(&map[string]struct{}{})
	return o
}

// Learn reads all of them: at the start, and when a client was changed. What was known stays
// when it fails.
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
