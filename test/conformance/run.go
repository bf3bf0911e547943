package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

// runner has what a run is done with.
type runner struct {
	options  options
	where    conformance.Suite
	suite    *suite
	version  string
	issuer   string
	provider *http.Client
	progress io.Writer
}

// absent says what is missing. The suite is a program of its own, which nothing here can install.
const absent = `there is no conformance suite at %s: %w

This needs the OpenID Foundation's conformance suite, which runs beside it:
  1. clone https://gitlab.com/openid/conformance-suite, and give it a certificate for its name
  2. in it: docker compose -f docker-compose-prebuilt.yml -f docker-compose.override.yml up
  3. wait until its pages are there, and start this again
%s names another address, and %s a token for a suite that has users.
test/conformance/README.md has the whole of it`

const tokenVariable = "CONFORMANCE_TOKEN" //nolint:gosec // the name of a variable

// runPlans runs the plans that were asked for, one after the other. With an error it returns what was done before.
func runPlans(ctx context.Context, o options, variable func(string) string, progress io.Writer) (_ []result, err error) {
	where, err := conformance.FromEnvironment(variable)
	if err != nil {
		return nil, err
	}
	var known certificates
	if err := known.meet(ctx, where.Server()); err != nil {
		return nil, fmt.Errorf(absent, where.Server(), err, conformance.ServerVariable, tokenVariable)
	}
	r := &runner{options: o, where: where, issuer: o.provider, progress: progress}
	if r.suite, err = newSuite(&known, where, variable(tokenVariable)); err != nil {
		return nil, err
	}
	if r.version, err = r.suite.version(ctx); err != nil {
		return nil, fmt.Errorf(absent, where.Server(), err, conformance.ServerVariable, tokenVariable)
	}
	if err := os.MkdirAll(o.export, 0o750); err != nil {
		return nil, err
	}
	if r.issuer == "" {
		s, startErr := startServer(ctx, o, where, &known, progress)
		if startErr != nil {
			return nil, startErr
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		r.issuer = s.issuer
	} else if err := known.meet(ctx, r.issuer); err != nil {
		return nil, fmt.Errorf("--provider: %w", err)
	}
	if r.provider, err = client(&known); err != nil {
		return nil, err
	}
	r.say("suite %s at %s, server %s, logs in %s", r.version, where.Server(), r.issuer, o.export)
	var results []result
	for _, p := range plans() {
		if !o.selects(p) {
			continue
		}
		one, err := r.run(ctx, p)
		if err != nil {
			return results, fmt.Errorf("plan %s: %w", p.name, err)
		}
		results = append(results, one)
	}
	return results, nil
}

func (r *runner) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.progress, format+"\n", args...)
}

func client(known *certificates) (*http.Client, error) {
	pool, err := known.pool()
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout:   suiteTimeout,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}},
	}, nil
}

func newSuite(known *certificates, where conformance.Suite, token string) (*suite, error) {
	c, err := client(known)
	return &suite{base: where.Server(), token: token, http: c}, err
}

// run runs the modules of a plan.
func (r *runner) run(ctx context.Context, p plan) (result, error) {
	configuration, err := p.configure(r.where, r.issuer)
	if err != nil {
		return result{}, err
	}
	made, err := r.suite.create(ctx, p.suite, p.variant, configuration)
	if err != nil {
		return result{}, err
	}
	out := result{
		Plan: p.name, Suite: p.suite, Version: r.version, Page: r.suite.base + "/plan-detail.html?plan=" + made.ID,
		Modules: len(made.Modules), plan: p, whole: len(r.options.modules) == 0,
	}
	r.say("\n%s: %d modules, %s", p.name, len(made.Modules), out.Page)
	folder := filepath.Join(r.options.export, p.name)
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o750)); err != nil {
		return out, err
	}
	for i, m := range made.Modules {
		if !r.options.wants(m.Name) {
			continue
		}
		one, log, err := r.module(ctx, made.ID, m, p.walked)
		if err != nil {
			return out, fmt.Errorf("%s: %w", m.Name, err)
		}
		one.Expected, one.Why = p.expects(m)
		mark := " "
		if !one.asExpected() {
			mark = "!"
		}
		r.say("%s %3d/%d  %-8s %5.1fs  %s", mark, i+1, len(made.Modules), one.Result, one.Seconds, one.name())
		if !one.asExpected() {
			for _, text := range append(one.Findings, one.Notes...) {
				r.say("                     %s", text)
			}
		}
		out.Outcomes = append(out.Outcomes, one)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d-%s.json", i+1, m.Name)), log, 0o600); err != nil {
			return out, err
		}
	}
	report, err := r.suite.report(ctx, made.ID)
	if err != nil {
		return out, err
	}
	return out, os.WriteFile(filepath.Join(folder, "report.zip"), report, 0o600)
}

// now is the time of this program alone, which runs in the real one.
func now() time.Time { return time.Now() }
