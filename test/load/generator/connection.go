package generator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// connection is a keep-alive connection, dialled at its first use and again after an error.
type connection struct {
	address    string
	conn       net.Conn
	in         *bufio.Reader
	head, body []byte
}

// send sends a request and reads the response. After an error the connection is closed.
func (c *connection) send(ctx context.Context, request []byte, deadline time.Time) (Response, error) {
	if c.conn == nil {
		if err := c.dial(ctx, deadline); err != nil {
			return Response{}, err
		}
	}
	r, err := c.exchange(request)
	if err != nil {
		return Response{}, errors.Join(err, c.close())
	}
	if bytes.EqualFold(r.Header("Connection"), []byte("close")) {
		return r, c.close()
	}
	return r, nil
}

func (c *connection) exchange(request []byte) (Response, error) {
	if _, err := c.conn.Write(request); err != nil {
		return Response{}, err
	}
	r, err := readResponse(c.in, c.head, c.body)
	if err == nil {
		c.head, c.body = r.head, r.Body
	}
	return r, err
}

// dial opens the connection with one deadline for the whole pass: a deadline for each request
// would need a timer each time.
func (c *connection) dial(ctx context.Context, deadline time.Time) error {
	conn, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return fmt.Errorf("generator: %w", err)
	}
	c.conn = conn
	if c.in == nil {
		c.in = bufio.NewReaderSize(conn, 16<<10)
	} else {
		c.in.Reset(conn)
	}
	return conn.SetDeadline(deadline)
}

// extend moves the deadline of an open connection.
func (c *connection) extend(deadline time.Time) error {
	if c.conn == nil {
		return nil
	}
	return c.conn.SetDeadline(deadline)
}

func (c *connection) close() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.conn = nil
	return err
}
