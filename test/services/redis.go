package services

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// RedisServer is a Redis server of one test, which may kill and freeze it.
type RedisServer struct {
	*instance

	path string
	port int
}

// NewRedis starts a Redis server that stops with the test.
func NewRedis(tb testing.TB) *RedisServer {
	tb.Helper()
	r, err := StartRedis()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.Stop)
	return r
}

// StartRedis starts a server that runs until Stop or the end of this process.
func StartRedis() (*RedisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("services: Redis is not installed: apt-get install redis-server")
	}
	port, err := Port()
	if err != nil {
		return nil, err
	}
	r := &RedisServer{path: path, port: port}
	return r, r.launch()
}

func (r *RedisServer) launch() error {
	i, err := newInstance("redis")
	if err != nil {
		return err
	}
	r.instance = i
	if err := r.start(r.path, "--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--save", "", "--dir", i.dir); err != nil {
		return err
	}
	if err := eventually(r.ping); err != nil {
		return fmt.Errorf("services: Redis does not respond: %w\n%s", err, r.log())
	}
	return nil
}

// Stop stops the server, also after a Restart.
func (r *RedisServer) Stop() { r.stop() }

// Restart starts a killed server again on the same port, without data.
func (r *RedisServer) Restart() error {
	r.stop() // ends the supervisor of the killed server
	return r.launch()
}

// Address returns HOST:PORT.
func (r *RedisServer) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

func (r *RedisServer) ping() error {
	conn, err := net.DialTimeout("tcp", r.Address(), time.Second) //nolint:noctx // has a timeout
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second)) // a failure shows in the read
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && line != "+PONG\r\n" {
		return fmt.Errorf("redis replied %q", line)
	}
	return err
}
