package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/proc"
)

const (
	// bareCommand is the internal argument that makes this program run as the bare server.
	bareCommand = "serve-bare"
	bareName    = "bare"
	bareBody    = `{"bare":true,"padding":"as long as a token response, so that copying it costs the same: this string only fills up the body to a similar size"}`
)

// serveBare is a server of net/http alone, as the baseline for the cost of a request. It prints
// its address and stops at the end of its input.
func serveBare(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(handleBare), ReadHeaderTimeout: 10 * time.Second}
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	go func() {
		_, _ = io.Copy(io.Discard, in) // the parent process has ended
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func handleBare(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, bareBody)
}

// bare is that server as a target, in its own process to separate its processor time from the
// generator's.
type bare struct {
	address string
	cmd     *exec.Cmd
	input   io.Closer
}

func startBare(ctx context.Context) (*bare, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bare{cmd: exec.CommandContext(context.WithoutCancel(ctx), self, bareCommand)} //nolint:gosec // this program; it stops at the end of its input
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                             // Ctrl-C must reach only the parent
	if b.input, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the bare server did not start: %w", err), b.close())
	}
	b.address = strings.TrimSpace(line)
	return b, nil
}

func (b *bare) close() error { return errors.Join(b.input.Close(), b.cmd.Wait()) }

func (b *bare) target() string { return b.address }

func (b *bare) cpu() (cost, error) {
	spent, err := proc.CPU(b.cmd.Process.Pid)
	return cost{server: spent}, err
}

func (*bare) size(context.Context) (int64, error) { return 0, nil }
