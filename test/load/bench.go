package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// bencher holds what all parts of a run share.
type bencher struct {
	options

	dir      string
	binary   string
	progress io.Writer
}

// bench runs all measurements that the options select.
func bench(ctx context.Context, o options, progress io.Writer) (r report, err error) {
	s := bencher{options: o, progress: progress}
	if s.dir, err = os.MkdirTemp("", "gatehouse-load-"); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.binary, err = s.findServer(ctx); err != nil {
		return r, err
	}
	r.Conditions = conditions{
		Database: o.database, Connections: o.connections, Runs: o.runs, Seconds: o.duration.Seconds(),
		CPUs: runtime.NumCPU(), Go: runtime.Version(),
	}
	if s.wantsFlows() {
		if r.Flows, r.Findings, err = s.flows(ctx); err != nil {
			return r, err
		}
	}
	more, err := s.findings(ctx)
	r.Findings = append(append([]finding{}, r.Findings...), more...) // empty, not null, in JSON
	return r, err
}

// findServer builds the binary unless one was given.
func (s *bencher) findServer(ctx context.Context) (string, error) {
	if s.server != "" {
		return filepath.Abs(s.server) // it runs in another directory
	}
	s.say("building the server")
	return services.BuildServer(ctx, s.dir, "CGO_ENABLED=0") // as it is released
}

func (s *bencher) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.progress, format+"\n", args...) // progress is optional
}

// subject is a flow with its target and its results.
type subject struct {
	flow
	target

	passes     []pass
	statements *float64
}

func (s *bencher) flows(ctx context.Context) (reports []flowReport, found []finding, err error) {
	s.say("starting %s and the servers", s.database)
	db, err := openDatabase(ctx, s.database, s.dir)
	if err != nil {
		return nil, nil, err
	}
	h, err := openSystem(ctx, s.binary, s.dir, db, s.connections)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	b, err := startBare(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()

	subjects := []*subject{{flow: &document{label: bareName, path: "/", marker: `"bare"`}, target: b}}
	c, err := s.openMiddlewareServers(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, f := range flows(h) {
		subjects = append(append(subjects, &subject{flow: f, target: h}), c.subjects(f.name())...)
	}
	if err := s.measureAll(ctx, h, subjects); err != nil {
		return nil, nil, err
	}
	for _, j := range subjects {
		if len(j.passes) > 0 {
			reports = append(reports, summarize(j))
		}
	}
	found, err = c.findings(ctx, subjects)
	return reports, found, err
}

// measureAll measures the flows in turn for each run, in reverse order in every second run, and
// counts statements at the end.
func (s *bencher) measureAll(ctx context.Context, h *system, subjects []*subject) error {
	for n := range s.runs {
		for i := range subjects {
			j := subjects[i]
			if n%2 == 1 {
				j = subjects[len(subjects)-1-i]
			}
			if !s.wants(j.name()) {
				continue
			}
			s.say("run %d of %d: %s", n+1, s.runs, j.name())
			p, err := measure(ctx, j.target, j.flow, s.options)
			if err != nil {
				return fmt.Errorf("%s: %w", j.name(), err)
			}
			j.passes = append(j.passes, p)
		}
	}
	for _, j := range subjects {
		if j.target != target(h) || !s.wants(j.name()) {
			continue
		}
		n, supported, err := countStatements(ctx, h, j.flow)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name(), err)
		}
		if supported {
			j.statements = &n
		}
	}
	return nil
}

// findings measures the figures that do not belong to a flow.
func (s *bencher) findings(ctx context.Context) (all []finding, err error) {
	if s.growth {
		grown, err := s.growths(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, grown...)
	}
	if s.wants(signInsName) {
		measured, err := s.measureSignIns(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", signInsName, err)
		}
		all = append(all, measured...)
	}
	if s.wants(startName) {
		s.say("start and idle memory: %d starts", starts)
		e, err := s.measureEmbedded(ctx, idleTime)
		if err != nil {
			return nil, fmt.Errorf("start: %w", err)
		}
		const mebibyte = 1 << 20
		all = append(all,
			finding{Name: "start to first healthy response, sqlite", Value: float64(e.start.Microseconds()) / 1000, Unit: "ms", Goal: goalOf(startGoal)},
			finding{Name: "idle memory, sqlite", Value: float64(e.idle.Resident) / mebibyte, Unit: "MiB", Goal: goalOf(idleGoal)},
			finding{Name: "peak memory, sqlite", Value: float64(e.idle.Peak) / mebibyte, Unit: "MiB"},
		)
	}
	return all, nil
}
