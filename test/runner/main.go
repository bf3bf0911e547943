// Command runner runs the tests of all packages against one shared Postgres, prints the output
// of failed tests, and ends with a summary line. With CI=true a skipped test is a failure: a
// test that did not run has proved nothing.
//
//	go run ./test/runner [flags of go test] [packages]
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/test/services"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "runner:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	pg, err := services.StartPostgres(services.Fast)
	if err != nil {
		return err
	}
	defer pg.Stop()
	test := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...) //nolint:gosec // the developer's own arguments
	test.Env = append(os.Environ(), services.PostgresURL+"="+strconv.Itoa(pg.Port()))
	test.Stderr = os.Stderr
	events, err := test.StdoutPipe()
	if err != nil {
		return err
	}
	if err := test.Start(); err != nil {
		return err
	}
	s := summary{out: out, output: map[string]*strings.Builder{}}
	readErr := s.read(events)
	testErr := test.Wait()
	_, _ = fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	switch {
	case readErr != nil || testErr != nil:
		return errors.Join(readErr, testErr)
	case s.skipped > 0 && os.Getenv("CI") != "":
		return errors.New("tests were skipped")
	case s.passed == 0:
		return errors.New("no test ran")
	}
	return nil
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

type summary struct {
	out                     io.Writer
	output                  map[string]*strings.Builder
	passed, failed, skipped int
}

func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				_, _ = s.out.Write(line) // not an event: a message of the toolchain
			} else {
				s.take(e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) take(e event) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if s.output[key] == nil {
			s.output[key] = &strings.Builder{}
		}
		s.output[key].WriteString(e.Output)
		return
	case "pass", "fail", "skip", "build-fail":
	default:
		return
	}
	if e.Test == "" {
		s.packageDone(e, key)
	} else {
		s.testDone(e, key)
	}
	delete(s.output, key)
}

func (s *summary) testDone(e event, key string) {
	switch e.Action {
	case "pass":
		s.passed++
	case "skip":
		s.skipped++
		s.show(key)
	default:
		s.failed++
		s.show(key)
	}
}

func (s *summary) packageDone(e event, key string) {
	switch e.Action {
	case "pass":
		_, _ = fmt.Fprintf(s.out, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	case "fail", "build-fail":
		s.show(key)
		_, _ = fmt.Fprintf(s.out, "FAIL  %s  %.1fs\n", e.Package+e.ImportPath, e.Elapsed)
	}
}

func (s *summary) show(key string) {
	if text := s.output[key]; text != nil {
		_, _ = io.WriteString(s.out, text.String())
	}
}
