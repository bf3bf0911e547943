package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// revocation revokes each token once (RFC 7009): to revoke a revoked token again would be
// cheaper.
type revocation struct {
	system *system
	tokens []string
	taken  atomic.Int64
}

const (
	// revocationRate is the number of tokens created for each second of a pass. A faster server
	// uses them up, and its pass ends early.
	revocationRate = 4000
	// revocationPool limits them, because all are created first.
	revocationPool = 40_000
	// revocationSample is the number of tokens that are introspected afterwards.
	revocationSample = 20
)

func newRevocation(h *system) *revocation { return &revocation{system: h} }

func (*revocation) name() string { return "revocation" }

func (f *revocation) prepare(ctx context.Context, pass time.Duration) (err error) {
	n := min(max(int(pass.Seconds()*revocationRate), 1000), revocationPool)
	f.taken.Store(0)
	f.tokens, err = f.system.mint(ctx, n)
	return err
}

func (f *revocation) left() int { return max(0, len(f.tokens)-int(f.taken.Load())) }

func (f *revocation) Request(int, int) []byte {
	next := int(f.taken.Add(1)) - 1
	if next >= len(f.tokens) {
		return nil
	}
	return f.system.about("/oauth/revoke", f.tokens[next])
}

// CheckResponse can check the status only: the endpoint responds with 200 also for unknown
// tokens (RFC 7009 section 2.2). So check introspects a sample.
func (*revocation) CheckResponse(_, _ int, r generator.Response) error { return expect(r, "") }

func (f *revocation) check(ctx context.Context) error {
	used := min(int(f.taken.Load()), len(f.tokens))
	g := generator.New(f.system.address, 1)
	defer func() { _ = g.Close() }() // nothing is pending
	sample := &revoked{revocation: f, step: max(1, used/revocationSample)}
	r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: min(used, revocationSample)}, sample)
	if r.FirstError != nil {
		return fmt.Errorf("revoked token: %w", r.FirstError)
	}
	return nil
}

// revoked introspects tokens that were revoked.
type revoked struct {
	*revocation

	step int
}

func (s *revoked) Request(_, i int) []byte {
	return s.system.about("/oauth/introspect", s.tokens[i*s.step])
}

func (*revoked) CheckResponse(_, _ int, r generator.Response) error {
	return expect(r, `"active":false`)
}
