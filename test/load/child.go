package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// stopTime is how long a child may take to end after SIGINT.
const stopTime = 20 * time.Second

// child is a process that this program started.
type child struct {
	cmd   *exec.Cmd
	ended chan error
}

// startChild starts a command in its own process group, so that Ctrl-C in a terminal reaches
// only this program, which then stops its children in order.
func startChild(cmd *exec.Cmd) (*child, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, ended: make(chan error, 1)}
	go func() { c.ended <- cmd.Wait() }()
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop interrupts the process and waits; after stopTime it kills it.
func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-c.ended:
		if err != nil {
			return fmt.Errorf("%s: %w", c.cmd.Path, err)
		}
		return nil
	case <-time.After(stopTime):
		return errors.Join(fmt.Errorf("%s did not end within %s", c.cmd.Path, stopTime), c.cmd.Process.Kill())
	}
}
