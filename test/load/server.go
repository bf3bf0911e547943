package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/load/generator"
	"github.com/gatehouse-id/gatehouse/test/services"
)

const (
	// issuer must be https outside development mode; the generator uses http and connects to
	// the listener directly.
	issuer = "https://id.example.test"
	host   = "id.example.test"

	// startTime is how long a server may take to become ready.
	startTime = 30 * time.Second
)

// server is a gatehouse with its settings, running or not.
type server struct {
	binary  string
	dir     string
	address string
	ops     string
	env     []string
	running *services.Child
}

// newServer creates the settings of a server, where later ones override earlier ones, and
// migrates the database.
func newServer(ctx context.Context, binary, dir, databaseURL string, settings ...string) (*server, error) {
	address, addressErr := services.Address()
	ops, opsErr := services.Address()
	if err := errors.Join(addressErr, opsErr); err != nil {
		return nil, err
	}
	s := &server{
		binary: binary, dir: dir, address: address, ops: ops,
		env: append([]string{
			"HOME=" + dir, "PATH=" + os.Getenv("PATH"),
			"GATEHOUSE_ISSUER=" + issuer, "GATEHOUSE_LISTEN=" + address, "GATEHOUSE_OPS_LISTEN=" + ops,
			"GATEHOUSE_DATA_DIR=" + filepath.Join(dir, "data"), "GATEHOUSE_DRAIN_DELAY=0s", "GATEHOUSE_DATABASE_URL=" + databaseURL,
			"GATEHOUSE_SECRET=for measuring only, and for nothing else",
			"GATEHOUSE_RATE_LIMITS=" + wideLimits(),
		}, settings...),
	}
	return s, s.cli(ctx, "migrate", "up")
}

// wideLimits returns rate limits that count every request as in production but refuse none, as
// all requests come from one IP address.
func wideLimits() string {
	var limits []string
	for _, p := range ratelimit.Policies() {
		limits = append(limits, p.Name+"=1000000/1s")
	}
	return strings.Join(limits, ",")
}

// cli runs a CLI command on the server's database.
func (s *server) cli(ctx context.Context, args ...string) error {
	return s.cliWith(ctx, "", args...)
}

// cliWith runs a CLI command with standard input.
func (s *server) cliWith(ctx context.Context, input string, args ...string) error {
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, s.binary, args...) //nolint:gosec // the binary under test
	cmd.Env, cmd.Dir, cmd.Stderr = s.env, s.dir, &errs
	cmd.Stdin = strings.NewReader(input)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("gatehouse %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, &errs)
	}
	return nil
}

// start runs the server and returns the time until the first healthy response. The log goes to a
// file, which is as cheap to write to as a log in production.
func (s *server) start(ctx context.Context) (took time.Duration, err error) {
	log, err := os.Create(s.logPath())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, log.Close()) }() // the child has its own descriptor
	cmd := exec.Command(s.binary, "serve")                 //nolint:gosec,noctx // the binary under test; stop ends it
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.dir, log, log
	begin := time.Now()
	if s.running, err = services.StartChild(cmd); err != nil {
		return 0, err
	}
	if err := s.awaitReady(ctx, begin.Add(startTime)); err != nil {
		return 0, errors.Join(err, s.stop())
	}
	return time.Since(begin), nil
}

func (s *server) stop() error {
	if s.running == nil {
		return nil
	}
	c := s.running
	s.running = nil
	if err := c.Stop(); err != nil {
		return fmt.Errorf("%w\n%s", err, s.lastLog())
	}
	return nil
}

func (s *server) logPath() string { return filepath.Join(s.dir, "server.log") }

// lastLog returns the end of the server's log, for error messages.
func (s *server) lastLog() []byte {
	text, err := os.ReadFile(s.logPath())
	if err != nil {
		return nil
	}
	return text[max(0, len(text)-2000):]
}

// awaitReady polls once a millisecond, which is precise and does not slow the start down.
func (s *server) awaitReady(ctx context.Context, deadline time.Time) error {
	probe := generator.New(s.ops, 1)
	defer func() { _ = probe.Close() }() // nothing is pending
	question := document{message: generator.Get(s.ops, "/healthz/ready"), marker: `"ready"`}
	for time.Now().Before(deadline) {
		r := probe.Run(ctx, generator.Limit{Duration: time.Until(deadline), Requests: 1}, &question)
		if r.Requests == 1 && r.Errors == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.running.Ended():
			return errors.New("the server ended")
		case <-time.After(time.Millisecond):
		}
	}
	return fmt.Errorf("the server is not ready after %s\n%s", startTime, s.lastLog())
}
