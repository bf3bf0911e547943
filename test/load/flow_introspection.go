package main

import (
	"context"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// introspection asks about a fixed pool of live tokens, as a resource server does
// (RFC 7662).
type introspection struct {
	system   *system
	messages [][]byte
}

// livePool is more than a cache of a few hundred would hide, and few enough that the rows
// stay in the memory of the database, as the rows of tokens in use do.
const livePool = 2000

func newIntrospection(h *system) *introspection { return &introspection{system: h} }

const introspectionName = "introspection"

func (*introspection) name() string { return introspectionName }

// prepare makes the pool once: tokens live for an hour.
func (f *introspection) prepare(ctx context.Context, _ time.Duration) error {
	if f.messages != nil {
		return nil
	}
	tokens, err := f.system.mint(ctx, livePool)
	for _, token := range tokens {
		f.messages = append(f.messages, f.system.about("/oauth/introspect", token))
	}
	return err
}

// Request strides through the pool from a different place for each worker.
func (f *introspection) Request(worker, i int) []byte {
	return f.messages[(worker*livePool/f.system.connections+i)%len(f.messages)]
}

func (*introspection) Answer(_, _ int, r generator.Response) error { return expect(r, `"active":true`) }

// about is a request of the client load-opaque about a token.
func (h *system) about(path, token string) []byte {
	return generator.PostForm(host, path, h.opaque.id, h.opaque.secret, url.Values{"token": {token}})
}
