package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
	"github.com/gatehouse-id/gatehouse/test/services"
)

const (
	startTime = time.Minute
	stopTime  = 20 * time.Second
)

// server is a gatehouse that runs for the suite, with a directory that goes when it stops.
type server struct {
	issuer string
	dir    string
	cmd    *exec.Cmd
	log    *os.File
	ended  chan error
}

// startServer builds a gatehouse unless there is one, and starts it on an empty database.
func startServer(ctx context.Context, o options, where conformance.Suite, known *certificates, progress io.Writer) (_ *server, err error) {
	dir, err := os.MkdirTemp("", "gatehouse-conformance-")
	if err != nil {
		return nil, err
	}
	s := &server{issuer: o.issuer, dir: dir, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	binary := o.binary
	if binary == "" {
		_, _ = fmt.Fprintln(progress, "building the server")
		if binary, err = build(ctx, dir); err != nil {
			return nil, err
		}
	}
	listen, addressErr := services.Address()
	ops, opsErr := services.Address()
	if err := errors.Join(addressErr, opsErr); err != nil {
		return nil, err
	}
	if o.listen != "" {
		listen = o.listen
	} else {
		s.issuer = "https://" + listen
	}
	cert, key, err := selfSigned(dir, s.issuer, known)
	if err != nil {
		return nil, err
	}
	ca := filepath.Join(dir, "suite.pem")
	if err := os.WriteFile(ca, known.pem.Bytes(), 0o600); err != nil {
		return nil, err
	}
	if s.log, err = os.Create(filepath.Join(o.export, "gatehouse.log")); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(binary, "serve", "--conformance") //nolint:gosec,noctx // the developer's own; it is stopped below, and not killed
	s.cmd.Env = append(withoutSettings(os.Environ()),
		"GATEHOUSE_ISSUER="+s.issuer, "GATEHOUSE_LISTEN="+listen, "GATEHOUSE_OPS_LISTEN="+ops, "GATEHOUSE_DATA_DIR="+dir,
		"GATEHOUSE_TLS_CERT="+cert, "GATEHOUSE_TLS_KEY="+key, "GATEHOUSE_OUTBOUND_CA="+ca,
		conformance.ServerVariable+"="+where.Server(), conformance.AliasVariable+"="+where.Alias(),
	)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for this program, which stops the server itself
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.cmd.Wait() }()
	if err := s.ready(ctx, ops); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "gatehouse")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/gatehouse-id/gatehouse/cmd/gatehouse").CombinedOutput() //nolint:gosec // fixed
	if err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return path, nil
}

// withoutSettings leaves settings of another server out.
func withoutSettings(environ []string) []string {
	var kept []string
	for _, pair := range environ {
		if !strings.HasPrefix(pair, "GATEHOUSE_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

func (s *server) ready(ctx context.Context, ops string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		if status, err := get(ctx, &http.Client{Timeout: time.Second}, "http://"+ops+"/healthz/ready"); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server did not start: %w\n%s", err, s.tail())
		case <-ctx.Done():
			return fmt.Errorf("the server was not ready within %s\n%s", startTime, s.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tail is the end of the server's log.
func (s *server) tail() []byte {
	content, err := os.ReadFile(s.log.Name())
	if err != nil {
		return nil
	}
	lines := bytes.Split(content, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-10):], []byte("\n"))
}

// stop ends the server in order, and removes its directory.
func (s *server) stop() error {
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case ended := <-s.ended:
		err = errors.Join(err, ended)
	case <-time.After(stopTime):
		err = errors.Join(err, fmt.Errorf("the server did not end within %s", stopTime), s.cmd.Process.Kill())
	}
	return errors.Join(err, s.log.Close(), os.RemoveAll(s.dir)) //nolint:gosec // startServer made it
}

// get fetches a page to its end, and returns the status.
func get(ctx context.Context, c *http.Client, address string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	got, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer got.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(got.Body, maxAnswer))
	return got.StatusCode, err
}
