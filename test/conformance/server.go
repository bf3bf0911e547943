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
	"time"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
	"github.com/gatehouse-id/gatehouse/test/services"
)

const startTime = time.Minute

// server is a gatehouse that runs for the suite, with a directory that goes when it stops.
type server struct {
	issuer  string
	dir     string
	log     *os.File
	running *services.Child
}

// startServer builds a gatehouse unless there is one, and starts it on an empty database.
func startServer(ctx context.Context, o options, where conformance.Suite, known *certificates, progress io.Writer) (_ *server, err error) {
	dir, err := os.MkdirTemp("", "gatehouse-conformance-")
	if err != nil {
		return nil, err
	}
	s := &server{issuer: o.issuer, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	binary := o.binary
	if binary == "" {
		_, _ = fmt.Fprintln(progress, "building the server")
		if binary, err = services.BuildServer(ctx, dir); err != nil {
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
	cmd := exec.Command(binary, "serve", "--conformance") //nolint:gosec,noctx // the developer's own; it is stopped below, and not killed
	cmd.Env = append(withoutSettings(os.Environ()),
		"GATEHOUSE_ISSUER="+s.issuer, "GATEHOUSE_LISTEN="+listen, "GATEHOUSE_OPS_LISTEN="+ops, "GATEHOUSE_DATA_DIR="+dir,
		"GATEHOUSE_TLS_CERT="+cert, "GATEHOUSE_TLS_KEY="+key, "GATEHOUSE_OUTBOUND_CA="+ca,
		conformance.ServerVariable+"="+where.Server(), conformance.AliasVariable+"="+where.Alias(),
	)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if s.running, err = services.StartChild(cmd); err != nil {
		return nil, err
	}
	if err := s.ready(ctx, ops); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
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
		case <-s.running.Ended():
			return fmt.Errorf("the server ended before it was ready:\n%s", s.tail())
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
	return errors.Join(s.running.Stop(), s.log.Close(), os.RemoveAll(s.dir)) //nolint:gosec // startServer made it
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
