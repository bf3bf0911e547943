package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// revocation ends tokens, each of them once (RFC 7009): to revoke what is revoked already
// would be cheaper.
type revocation struct {
	system *system
	tokens []string
	taken  atomic.Int64
}

const (
	// revocationRate is how many tokens are made for each second of a pass. A faster server
	// uses them up and its pass ends early.
	revocationRate = 4000
	// revocationPool bounds them, since they are all minted first.
	revocationPool = 40_000
	// revocationSample is how many are looked at afterwards.
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

// Answer can judge the status only: the endpoint says 200 about tokens that it never
// heard of (RFC 7009 section 2.2). So check looks.
func (*revocation) Answer(_, _ int, r generator.Response) error { return expect(r, "") }

func (f *revocation) check(ctx context.Context) error {
	used := min(int(f.taken.Load()), len(f.tokens))
	g := generator.New(f.system.address, 1)
	defer func() { _ = g.Close() }() // what was read is read
	sample := &revoked{revocation: f, step: max(1, used/revocationSample)}
	r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: min(used, revocationSample)}, sample)
	if r.FirstError != nil {
		return fmt.Errorf("a revoked token: %w", r.FirstError)
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

func (*revoked) Answer(_, _ int, r generator.Response) error { return expect(r, `"active":false`) }
