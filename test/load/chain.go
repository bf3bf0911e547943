package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// The chain is what stands around each endpoint: rate limits, metrics and the log. Servers
// beside the usual one, on the same database, tell what it costs: one without it, and one
// that counts in Redis.
const (
	withoutChain = "-unchained"
	withRedis    = "-redis"
)

// chained are the flows whose chain is weighed.
func chained(h *system) []flow {
	return []flow{newClientCredentials(h.opaque, "client-credentials"), newIntrospection(h)}
}

// unchained leaves out all that an operator can.
func unchained() []string {
	return []string{"GATEHOUSE_RATE_LIMITS=off", "GATEHOUSE_METRICS=false", "GATEHOUSE_LOG_LEVEL=warn"}
}

// labelled is a flow under another name.
type labelled struct {
	flow

	label string
}

func (l labelled) name() string { return l.label }

// chain is those servers.
type chain struct {
	bare, shared *system
	redis        *redis
}

// openChain starts nothing when no flow of the chain is wanted.
func (s *stage) openChain(ctx context.Context, h *system) (_ *chain, err error) {
	c := &chain{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if s.wantsAny(withoutChain) {
		if c.bare, err = h.beside(ctx, "unchained", unchained()...); err != nil {
			return nil, err
		}
	}
	if s.wantsAny(withRedis) {
		if c.redis, err = startRedis(); err != nil {
			return nil, err
		}
		if c.shared, err = h.beside(ctx, "redis", "GATEHOUSE_REDIS_URL="+c.redis.url()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (s *stage) wantsAny(suffix string) bool {
	for _, f := range chained(&system{}) {
		if s.wants(f.name() + suffix) {
			return true
		}
	}
	return false
}

// beside starts another server on the same database, with further settings. It is to be
// stopped, not closed.
func (h *system) beside(ctx context.Context, name string, settings ...string) (*system, error) {
	dir := filepath.Join(h.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	other := *h
	var err error
	if other.server, err = newServer(ctx, h.binary, dir, h.db.url(), settings...); err != nil {
		return nil, err
	}
	_, err = other.start(ctx)
	return &other, err
}

func (c *chain) close() error {
	var err error
	for _, h := range []*system{c.bare, c.shared} {
		if h != nil {
			err = errors.Join(err, h.stop())
		}
	}
	if c.redis != nil {
		err = errors.Join(err, c.redis.close())
	}
	return err
}

// subjects are a flow of the usual server, if its chain is weighed, against the others.
func (c *chain) subjects(name string) []*subject {
	var all []*subject
	add := func(h *system, suffix string) {
		if h == nil {
			return
		}
		for _, f := range chained(h) {
			if f.name() == name {
				all = append(all, &subject{flow: labelled{f, name + suffix}, target: h})
			}
		}
	}
	add(c.bare, withoutChain)
	add(c.shared, withRedis)
	return all
}

// findings compare the passes of each run, which lie close together in time.
func (c *chain) findings(ctx context.Context, subjects []*subject) ([]finding, error) {
	passes := map[string][]pass{}
	for _, j := range subjects {
		passes[j.name()] = j.passes
	}
	var all []finding
	for _, f := range chained(&system{}) {
		name := f.name()
		usual := passes[name]
		if added, share, ok := compare(usual, passes[name+withoutChain]); ok {
			most, mostShare := chainGoals(name)
			all = append(all,
				finding{Name: "the chain, " + name, Value: added, Unit: "us of server CPU", Goal: most},
				finding{Name: "the chain, " + name, Value: share, Unit: "% of server CPU", Goal: mostShare})
		}
		if added, _, ok := compare(passes[name+withRedis], usual); ok {
			all = append(all, finding{Name: "counting in Redis, " + name, Value: added, Unit: "us more of server CPU"})
		}
	}
	if c.redis == nil {
		return all, nil
	}
	for _, f := range chained(c.shared) {
		n, err := c.roundTrips(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: round trips to Redis: %w", f.name(), err)
		}
		all = append(all, finding{Name: "counting in Redis, " + f.name(), Value: n, Unit: "round trips", Goal: goalOf(redisGoal)})
	}
	return all, nil
}

// compare is what a request of the first costs more than one of the second, in microseconds
// of the server's processor time and in percent of the first: medians over the runs.
func compare(with, without []pass) (added, share float64, ok bool) {
	if len(with) == 0 || len(with) != len(without) {
		return 0, 0, false
	}
	each := func(p pass) float64 { return float64(p.cost.server.Microseconds()) / float64(p.Requests) }
	var more, shares []float64
	for i := range with {
		d := each(with[i]) - each(without[i])
		more, shares = append(more, d), append(shares, 100*d/each(with[i]))
	}
	return generator.Median(more), generator.Median(shares), true
}

// roundTrips is how often a request of a flow asks Redis.
func (c *chain) roundTrips(ctx context.Context, f flow) (float64, error) {
	if err := f.prepare(ctx, 0); err != nil {
		return 0, err
	}
	g := generator.New(c.shared.address, c.shared.connections)
	defer func() { _ = g.Close() }() // what counts is in Redis
	// The first request of each connection brings the script.
	if r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: 500}, f); r.FirstError != nil {
		return 0, r.FirstError
	}
	before, err := c.redis.reads(ctx)
	if err != nil {
		return 0, err
	}
	r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: countedRequests}, f)
	after, err := c.redis.reads(ctx)
	const own = 1 // the question itself
	return float64(after-before-own) / float64(r.Requests), errors.Join(err, r.FirstError)
}
