package main

import (
	"context"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// introspection introspects a fixed pool of active tokens, as a resource server does
// (RFC 7662).
type introspection struct {
	system   *system
	messages [][]byte
}

// livePool is larger than a small cache, and small enough that the rows stay in the buffers of
// the database, as the rows of tokens in use do.
const livePool = 2000

func newIntrospection(h *system) *introspection { return &introspection{system: h} }

const introspectionName = "introspection"

func (*introspection) name() string { return introspectionName }

// prepare creates the pool once: tokens are valid for an hour.
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

// Request goes through the pool from a different start for each worker.
func (f *introspection) Request(worker, i int) []byte {
	return f.messages[(worker*livePool/f.system.connections+i)%len(f.messages)]
}

func (*introspection) CheckResponse(_, _ int, r generator.Response) error {
	return expect(r, `"active":true`)
}

// about is a request of the client load-opaque with a token parameter.
func (h *system) about(path, token string) []byte {
	return generator.PostForm(host, path, h.opaque.id, h.opaque.secret, url.Values{"token": {token}})
}
