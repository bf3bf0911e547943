package main

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
	"github.com/gatehouse-id/gatehouse/test/load/proc"
)

// target is the server that a flow is sent to.
type target interface {
	target() string // HOST:PORT
	cpu() (cost, error)
	size(ctx context.Context) (int64, error) // bytes of its database
}

// cost is processor time by process.
type cost struct{ server, database, generator time.Duration }

// pass is one measurement of one flow.
type pass struct {
	generator.Result

	cost  cost
	grown int64 // growth of the database in bytes
}

// measure prepares, warms up and measures one flow.
func measure(ctx context.Context, t target, f flow, o options) (p pass, err error) {
	if err := f.prepare(ctx, o.warmUp+o.duration); err != nil {
		return p, err
	}
	g := generator.New(t.target(), o.connections)
	defer func() { err = errors.Join(err, g.Close()) }()
	warmUp := generator.Limit{Duration: o.warmUp}
	if f, ok := f.(finite); ok {
		warmUp.Requests = max(1, f.left()/5) // leave enough for the measurement
	}
	var warm generator.Result
	if o.warmUp > 0 {
		warm = g.Run(ctx, warmUp, f)
	}
	if p, err = measureRun(ctx, t, g, generator.Limit{Duration: o.duration}, f); err != nil {
		return p, err
	}
	if warm.Errors > 0 { // errors of the warm-up count as well
		p.Errors, p.FirstError = p.Errors+warm.Errors, warm.FirstError
	}
	if f, ok := f.(checked); ok {
		err = f.check(ctx)
	}
	return p, err
}

// measureRun runs a flow and measures its cost.
func measureRun(ctx context.Context, t target, g *generator.Generator, limit generator.Limit, f flow) (pass, error) {
	sizeBefore, err := t.size(ctx)
	if err != nil {
		return pass{}, err
	}
	before, err := spent(t)
	if err != nil {
		return pass{}, err
	}
	p := pass{Result: g.Run(ctx, limit, f)}
	after, err := spent(t)
	if err != nil {
		return p, err
	}
	size, err := t.size(ctx)
	if err != nil {
		return p, err
	}
	p.grown = size - sizeBefore
	p.cost = cost{after.server - before.server, after.database - before.database, after.generator - before.generator}
	if p.Requests == 0 {
		return p, errors.Join(errors.New("no request was sent"), ctx.Err())
	}
	return p, ctx.Err()
}

func spent(t target) (cost, error) {
	c, err := t.cpu()
	if err != nil {
		return c, err
	}
	c.generator, err = proc.Self()
	return c, err
}

// countedRequests are so many that statements of background jobs do not change the second
// decimal.
const countedRequests = 5000

// countStatements runs a flow separately from the measured passes, because counting takes time.
// The second result tells whether the database supports it.
func countStatements(ctx context.Context, h *system, f flow) (perRequest float64, supported bool, err error) {
	counter, supported := h.db.(statementCounter)
	if !supported {
		return 0, false, nil
	}
	if err := f.prepare(ctx, 2*time.Second); err != nil {
		return 0, true, err
	}
	g := generator.New(h.address, h.connections)
	defer func() { err = errors.Join(err, g.Close()) }()
	// Statements prepared once for each connection must not count.
	if r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: 500}, f); r.FirstError != nil {
		return 0, true, r.FirstError
	}
	if err := counter.startCounting(ctx); err != nil {
		return 0, true, err
	}
	r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: countedRequests}, f)
	n, err := counter.statements(ctx)
	if err := errors.Join(err, r.FirstError, counter.stopCounting(ctx)); err != nil {
		return 0, true, err
	}
	return float64(n) / float64(r.Requests), true, nil
}
