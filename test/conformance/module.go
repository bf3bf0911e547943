package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/cookiejar"
	"slices"
	"time"
)

const (
	// attention is how often it is looked whether a module wants something.
	attention = 2 * time.Second
	// patience is how long a placeholder may be open before the runner fills it: the suite's own browser may be
	// on its way to the page.
	patience = 30 * time.Second
)

// attended is a module that runs, and what was done for it.
type attended struct {
	*runner

	id      string
	module  module
	notes   []string
	filled  []string // placeholders
	visited []string // pages
	window  *walker  // nil: pages are fetched
	waiting time.Time
}

// module runs a module to its end, or gives it up. It returns its log as the suite has it.
func (r *runner) module(ctx context.Context, plan string, m module, walked bool) (outcome, json.RawMessage, error) {
	begin := now()
	a := &attended{runner: r, module: m}
	var err error
	if walked {
		if a.window, err = openWalker(ctx, r.where.Server()); err != nil {
			return outcome{}, nil, err
		}
		defer a.window.close()
	}
	if a.id, err = r.suite.start(ctx, plan, m); err != nil {
		return outcome{}, nil, err
	}
	last, err := a.attend(ctx, begin.Add(r.options.timeout))
	if err != nil {
		return outcome{}, nil, err
	}
	raw, log, err := r.suite.log(ctx, a.id)
	if err != nil {
		return outcome{}, nil, err
	}
	if !last.ended() {
		if err := r.suite.stop(ctx, a.id); err != nil {
			a.note("it could not be stopped: %v", err)
		}
	}
	return outcome{
		Module: m.Name, Variant: m.variantText(), ID: a.id, Result: resultOf(last), Seconds: now().Sub(begin).Round(100 * time.Millisecond).Seconds(),
		Findings: findings(log), Notes: a.notes,
	}, raw, nil
}

// attend does what a module waits for, until it has ended or its time is up.
func (a *attended) attend(ctx context.Context, until time.Time) (test, error) {
	for {
		if err := a.suite.wait(ctx, a.id, attention); err != nil {
			return test{}, err
		}
		t, err := a.suite.test(ctx, a.id)
		if err != nil || t.ended() {
			return t, err
		}
		if now().After(until) {
			p, err := a.suite.pages(ctx, a.id)
			a.note("status %s after %s; pages that nobody visited: %q", t.Status, a.options.timeout, p.Waiting)
			return t, err
		}
		switch t.Status {
		case "CONFIGURED": // it wants something done to the server before it goes on
			if err := a.rotate(ctx); err != nil {
				return t, err
			}
			if err := a.suite.begin(ctx, a.id); err != nil {
				return t, err
			}
		case "WAITING":
			if err := a.help(ctx); err != nil {
				return t, err
			}
		default:
			a.waiting = time.Time{}
		}
	}
}

// help visits pages that no script of the suite's browser is for, and fills placeholders that it left open.
func (a *attended) help(ctx context.Context) error {
	p, err := a.suite.pages(ctx, a.id)
	if err != nil {
		return err
	}
	for _, page := range p.Waiting {
		if slices.Contains(a.visited, page) {
			continue
		}
		a.visited = append(a.visited, page)
		if err := a.visit(ctx, page); err != nil {
			a.note("%s: %v", page, err)
			continue
		}
		if err := a.suite.visited(ctx, a.id, page); err != nil {
			return err
		}
	}
	if a.waiting.IsZero() {
		a.waiting = now()
	}
	if now().Sub(a.waiting) < patience {
		return nil
	}
	_, log, err := a.suite.log(ctx, a.id)
	if err != nil {
		return err
	}
	for _, e := range log {
		if e.Upload == "" || slices.Contains(a.filled, e.Upload) {
			continue
		}
		a.filled = append(a.filled, e.Upload)
		a.note("no page was kept for %q: a picture that says so was uploaded", e.Message)
		picture, err := words("No page was kept here.", a.module.Name)
		if err != nil {
			return err
		}
		if err := a.suite.upload(ctx, a.id, e.Upload, picture); err != nil {
			return err
		}
	}
	return nil
}

func (a *attended) note(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

// visit goes to a page, or fetches it as a browser without scripts would, with the redirects.
func (a *attended) visit(ctx context.Context, page string) error {
	if a.window != nil {
		at, err := a.window.walk(page)
		a.note("the page %s led to %s", page, at)
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	visitor := *a.provider
	visitor.Jar = jar
	got, err := get(ctx, &visitor, page)
	if err != nil {
		return err
	}
	a.note("the page %s was fetched: status %d", page, got)
	return nil
}
