package services

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// ChildStopTime is how long a child may take to end after SIGTERM.
const ChildStopTime = 20 * time.Second

// Child is a process that a program of this repository starts.
type Child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // after ended
}

// StartChild starts a command in its own process group, so that Ctrl-C in a terminal reaches only the program itself,
// which then stops its children in order.
func StartChild(cmd *exec.Cmd) (*Child, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Child{cmd: cmd, ended: make(chan struct{})}
	go func() {
		c.err = cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// PID is the number of the process.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Ended is closed when the process has ended; Err then tells how.
func (c *Child) Ended() <-chan struct{} { return c.ended }

// Err is how the process ended, and nil if that was in order.
func (c *Child) Err() error {
	<-c.ended
	if c.err != nil {
		return fmt.Errorf("%s: %w", c.cmd.Path, c.err)
	}
	return nil
}

// Stop asks the process to end and waits; after ChildStopTime it kills it. The error is that of its end.
func (c *Child) Stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-c.ended:
		return c.Err()
	case <-time.After(ChildStopTime):
		return errors.Join(fmt.Errorf("%s did not end within %s", c.cmd.Path, ChildStopTime), c.cmd.Process.Kill())
	}
}

// BuildServer compiles the gatehouse of this checkout into a directory, with more settings of the environment, and
// returns its path.
func BuildServer(ctx context.Context, dir string, environ ...string) (string, error) {
	path := filepath.Join(dir, "gatehouse")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/gatehouse-id/gatehouse/cmd/gatehouse") //nolint:gosec // fixed command
	cmd.Env = append(os.Environ(), environ...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return path, nil
}
