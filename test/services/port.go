package services

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// The ports that tests are given. They are below those that the system chooses from
// (net.ipv4.ip_local_port_range begins at 32768), or a connection of another test, or a listener on
// port 0, could have one before the server that it was given for listens or after that was stopped.
// A Redis cluster listens on its port and 10,000 above it as well.
const (
	firstPort = 10000
	ports     = 10000
)

// Port returns a loopback port that nothing listens on and that no other test is given as long as
// this process runs.
func Port() (int, error) {
	for range ports {
		port := firstPort + rand.IntN(ports) //nolint:gosec // no secret
		switch reserved, err := reserve(port); {
		case err != nil:
			return 0, err
		case reserved && unused(port):
			return port, nil
		}
	}
	return 0, fmt.Errorf("services: all ports from %d to %d are in use", firstPort, firstPort+ports-1)
}

// Address returns 127.0.0.1 with such a port.
func Address() (string, error) {
	port, err := Port()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}

// FreePort is Port for a test.
func FreePort(tb testing.TB) int {
	tb.Helper()
	port, err := Port()
	if err != nil {
		tb.Fatal(err)
	}
	return port
}

// reserve locks the port's file for as long as this process runs: the packages are tested by several
// processes at the same time.
func reserve(port int) (bool, error) {
	dir := filepath.Join(os.TempDir(), "gatehouse-ports-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	// The descriptor stays open until the process ends, and with it the lock; no child inherits it.
	fd, err := syscall.Open(filepath.Join(dir, strconv.Itoa(port)), syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return false, err
	}
	err = syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, syscall.Close(fd)
	}
	return err == nil, err
}

func unused(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) //nolint:noctx // does not block
	return err == nil && l.Close() == nil
}
