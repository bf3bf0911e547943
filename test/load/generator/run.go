package generator

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Workload creates requests and checks responses. Each worker is one connection and calls from
// one goroutine; different workers call concurrently.
type Workload interface {
	// Request returns the bytes of the worker's i-th request of a run, counted from 0, or nil to
	// end the worker.
	Request(worker, i int) []byte
	// CheckResponse checks the response to it; errors are counted. It must not keep r.
	CheckResponse(worker, i int, r Response) error
}

// Limit ends a run when either limit is reached.
type Limit struct {
	Duration time.Duration // required
	Requests int           // exact total of all connections; 0 is unlimited
	// Rate is how many requests of all connections begin each second; 0: each connection sends the next
	// one after the response. A latency is then from when the request was due, so that a slow response
	// does not hide those that had to wait for it.
	Rate float64
}

// due is when the worker's i-th request is due.
func (l Limit) due(start time.Time, workers, worker, i int) time.Time {
	return start.Add(time.Duration(float64(i*workers+worker) / l.Rate * float64(time.Second)))
}

// Result is the result of a run.
type Result struct {
	Requests  int // all, including failed ones
	Errors    int // failed requests
	Elapsed   time.Duration
	Latencies []time.Duration // of requests with a response, ascending
	// FirstError is one of the errors, for diagnosis.
	FirstError error
}

const (
	// grace is how long a response may take beyond the end of a run.
	grace = 10 * time.Second
	// brokenAfter is the number of consecutive connection errors after which a worker stops:
	// otherwise it would dial a stopped server in a busy loop.
	brokenAfter = 5
)

// Generator holds the connections to one server. They stay open from one run to the next.
type Generator struct{ connections []*connection }

// New creates a generator with that many connections, which are dialled at their first use.
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

// Run sends the workload over all connections until the limit is reached or ctx ends.
func (g *Generator) Run(ctx context.Context, limit Limit, workload Workload) Result {
	r := &run{limit: limit, workload: workload, workers: len(g.connections), start: time.Now()}
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

// run is the state shared by the workers of a run.
type run struct {
	limit      Limit
	workload   Workload
	workers    int
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
	// The end time of a request is the start time of the next, which saves a clock reading.
	for i, before := 0, time.Now(); broken < brokenAfter && before.Before(r.end) && !r.stopped.Load(); i++ {
		if r.limit.Rate > 0 {
			if before = r.limit.due(r.start, r.workers, worker, i); !before.Before(r.end) || !wait(ctx, before) {
				break
			}
		}
		if r.limit.Requests > 0 && r.taken.Add(1) > int64(r.limit.Requests) {
			break
		}
		request := r.workload.Request(worker, i)
		if request == nil {
			break
		}
		response, err := c.send(ctx, request, deadline)
		after := time.Now()
		if err != nil {
			broken++
		} else {
			broken = 0
			result.Latencies = append(result.Latencies, after.Sub(before))
			err = r.workload.CheckResponse(worker, i, response)
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

// wait waits until a time; false: ctx ended before.
func wait(ctx context.Context, until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil // of both at once either may be chosen
	}
}
