package generator

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Workload says what to send and what a good answer is. Each worker is one connection and
// calls from one goroutine; different workers call at the same time.
type Workload interface {
	// Request is the bytes to send as the worker's i-th request of a run, counted from 0.
	// Nil ends the worker: nothing is left to ask.
	Request(worker, i int) []byte
	// Answer judges the answer to it; an error is counted. The response is not to be kept.
	Answer(worker, i int, r Response) error
}

// Limit bounds a run: it ends with whichever is reached first.
type Limit struct {
	Duration time.Duration // always needed
	Requests int           // over all connections, exactly; 0 is no bound
}

// Result is what a run measured.
type Result struct {
	Requests  int // answered or failed
	Errors    int // of them, failed
	Elapsed   time.Duration
	Latencies []time.Duration // of the answered ones, ascending
	// FirstError is one of the errors, for whoever has to find out.
	FirstError error
}

const (
	// grace is how long an answer may take beyond the end of a run.
	grace = 10 * time.Second
	// brokenAfter is how many connections in a row may break before a worker gives up: a
	// server that is gone would be asked as fast as the machine can dial.
	brokenAfter = 5
)

// Generator holds the connections to one server. They stay open from one run to the next.
type Generator struct{ connections []*connection }

// New makes a generator with that many connections, which are dialled when first used.
func New(address string, connections int) *Generator {
	g := &Generator{}
	for range connections {
		g.connections = append(g.connections, &connection{address: address})
	}
	return g
}

// Close closes the connections.
func (g *Generator) Close() error {
	var faults []error
	for _, c := range g.connections {
		faults = append(faults, c.close())
	}
	return errors.Join(faults...)
}

// Run drives the workload from all connections until the limit is reached or ctx ends.
func (g *Generator) Run(ctx context.Context, limit Limit, workload Workload) Result {
	r := &run{limit: limit, workload: workload, start: time.Now()}
	r.end = r.start.Add(limit.Duration)
	defer context.AfterFunc(ctx, func() { r.stopped.Store(true) })()

	workers := make([]Result, len(g.connections))
	var group sync.WaitGroup
	for i, c := range g.connections {
		group.Go(func() { workers[i] = r.work(ctx, i, c) })
	}
	group.Wait()
	total := Result{Elapsed: time.Since(r.start)}
	for _, w := range workers {
		total.Requests += w.Requests
		total.Errors += w.Errors
		total.Latencies = append(total.Latencies, w.Latencies...)
		if total.FirstError == nil {
			total.FirstError = w.FirstError
		}
	}
	slices.Sort(total.Latencies)
	return total
}

// run is what the workers of one run share.
type run struct {
	limit      Limit
	workload   Workload
	start, end time.Time
	taken      atomic.Int64
	stopped    atomic.Bool
}

func (r *run) work(ctx context.Context, worker int, c *connection) Result {
	var result Result
	deadline := r.end.Add(grace)
	if err := c.extend(deadline); err != nil {
		return Result{Requests: 1, Errors: 1, FirstError: err}
	}
	broken := 0
	// One reading of the clock ends a request and begins the next.
	for i, before := 0, time.Now(); broken < brokenAfter && before.Before(r.end) && !r.stopped.Load(); i++ {
		if r.limit.Requests > 0 && r.taken.Add(1) > int64(r.limit.Requests) {
			break
		}
		request := r.workload.Request(worker, i)
		if request == nil {
			break
		}
		answer, err := c.send(ctx, request, deadline)
		after := time.Now()
		if err != nil {
			broken++
		} else {
			broken = 0
			result.Latencies = append(result.Latencies, after.Sub(before))
			err = r.workload.Answer(worker, i, answer)
		}
		result.Requests++
		if err != nil {
			result.Errors++
			if result.FirstError == nil {
				result.FirstError = err
			}
		}
		before = after
	}
	return result
}
