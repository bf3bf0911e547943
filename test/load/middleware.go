package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// The middleware of each endpoint is rate limits, metrics and the log. Its cost is the
// difference to further servers on the same database: one without it, and one that counts in
// Redis.
const (
	withoutMiddleware = "-unchained"
	withRedis         = "-redis"
)

// comparedFlows returns the flows that are also measured on the other servers.
func comparedFlows(h *system) []flow {
	return []flow{newClientCredentials(h.opaque, "client-credentials"), newIntrospection(h)}
}

// middlewareOff returns settings that turn off all optional middleware.
func middlewareOff() []string {
	return []string{"GATEHOUSE_RATE_LIMITS=off", "GATEHOUSE_METRICS=false", "GATEHOUSE_LOG_LEVEL=warn"}
}

// renamed is a flow with another name.
type renamed struct {
	flow

	label string
}

func (l renamed) name() string { return l.label }

// middlewareServers are those servers.
type middlewareServers struct {
	bare, shared *system
	redis        *redis
}

// openMiddlewareServers starts only the servers whose flows are selected.
func (s *bencher) openMiddlewareServers(ctx context.Context, h *system) (_ *middlewareServers, err error) {
	c := &middlewareServers{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if s.wantsAny(withoutMiddleware) {
		if c.bare, err = h.startAnother(ctx, "unchained", middlewareOff()...); err != nil {
			return nil, err
		}
	}
	if s.wantsAny(withRedis) {
		if c.redis, err = startRedis(); err != nil {
			return nil, err
		}
		if c.shared, err = h.startAnother(ctx, "redis", "GATEHOUSE_REDIS_URL="+c.redis.url()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (s *bencher) wantsAny(suffix string) bool {
	for _, f := range comparedFlows(&system{}) {
		if s.wants(f.name() + suffix) {
			return true
		}
	}
	return false
}

// startAnother starts another server on the same database, with further settings. The caller
// must stop it, not close it: the database belongs to h.
func (h *system) startAnother(ctx context.Context, name string, settings ...string) (*system, error) {
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

func (c *middlewareServers) close() error {
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

// subjects returns the named flow on the other servers, if it is compared.
func (c *middlewareServers) subjects(name string) []*subject {
	var all []*subject
	add := func(h *system, suffix string) {
		if h == nil {
			return
		}
		for _, f := range comparedFlows(h) {
			if f.name() == name {
				all = append(all, &subject{flow: renamed{f, name + suffix}, target: h})
			}
		}
	}
	add(c.bare, withoutMiddleware)
	add(c.shared, withRedis)
	return all
}

// findings compares the passes of each run, which are close together in time.
func (c *middlewareServers) findings(ctx context.Context, subjects []*subject) ([]finding, error) {
	passes := map[string][]pass{}
	for _, j := range subjects {
		passes[j.name()] = j.passes
	}
	var all []finding
	for _, f := range comparedFlows(&system{}) {
		name := f.name()
		usual := passes[name]
		if added, share, ok := compare(usual, passes[name+withoutMiddleware]); ok {
			most, mostShare := middlewareGoals(name)
			all = append(all,
				finding{Name: "middleware, " + name, Value: added, Unit: "us of server CPU", Goal: most},
				finding{Name: "middleware, " + name, Value: share, Unit: "% of server CPU", Goal: mostShare})
		}
		if added, _, ok := compare(passes[name+withRedis], usual); ok {
			all = append(all, finding{Name: "counting in Redis, " + name, Value: added, Unit: "us more of server CPU"})
		}
	}
	if c.redis == nil {
		return all, nil
	}
	for _, f := range comparedFlows(c.shared) {
		n, err := c.roundTrips(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: round trips to Redis: %w", f.name(), err)
		}
		all = append(all, finding{Name: "counting in Redis, " + f.name(), Value: n, Unit: "round trips", Goal: goalOf(redisGoal)})
	}
	return all, nil
}

// compare returns how much more a request of the first costs than one of the second, in
// microseconds of the server's processor time and in percent of the first: medians of the runs.
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

// roundTrips returns the number of round trips to Redis for a request of a flow.
func (c *middlewareServers) roundTrips(ctx context.Context, f flow) (float64, error) {
	if err := f.prepare(ctx, 0); err != nil {
		return 0, err
	}
	g := generator.New(c.shared.address, c.shared.connections)
	defer func() { _ = g.Close() }() // the result is read from Redis
	// The first request of each connection loads the script.
	if r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: 500}, f); r.FirstError != nil {
		return 0, r.FirstError
	}
	before, err := c.redis.reads(ctx)
	if err != nil {
		return 0, err
	}
	r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: countedRequests}, f)
	after, err := c.redis.reads(ctx)
	const own = 1 // the INFO command itself
	return float64(after-before-own) / float64(r.Requests), errors.Join(err, r.FirstError)
}
