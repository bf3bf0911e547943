package proxy_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
)

// counted are the statuses that were counted, and what was logged.
type counted struct {
	mu       sync.Mutex
	statuses []int
	log      bytes.Buffer
}

func (c *counted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.Write(p)
}

func (c *counted) in(config *proxy.Config) {
	config.Count = func(_, _ string, status int, _ float64) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.statuses = append(c.statuses, status)
	}
	config.Log = slog.New(slog.NewTextHandler(c, nil))
}

// soon waits for a status to be counted.
func (c *counted) soon(t *testing.T, status int) {
	t.Helper()
	require.Eventually(t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.statuses) > 0
	}, 20*time.Second, time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	assert.Equal(t, []int{status}, c.statuses)
	assert.NotContains(t, c.log.String(), "WARN")
}

func hasty(c *proxy.Config) { c.Patience = 50 * time.Millisecond }

// posting sends a request whose body comes later.
func (f *fixture) posting(headers ...string) (net.Conn, *bufio.Reader) {
	f.t.Helper()
	connection := f.dial()
	_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: a\r\n"+lines(headers)+"\r\n")
	require.NoError(f.t, err)
	return connection, bufio.NewReader(connection)
}

func reads(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusNoContent)
}

// Who is refused gets the answer before the body that they do not send, and does not keep the connection.
func TestWhoIsRefusedDoesNotKeepTheConnection(t *testing.T) {
	t.Parallel()
	f := before(t, reads, hasty)
	for name, headers := range map[string][]string{
		"no token": {"Content-Length: 10"}, "chunked": {"Transfer-Encoding: chunked"}, "forged": {"Content-Length: 10", bearer("forged")},
		"more than is discarded": {"Content-Length: 10000000"},
	} {
		_, reader := f.posting(headers...)
		response, err := http.ReadResponse(reader, nil)
		require.NoError(t, err, name)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode, name)
		assert.True(t, response.Close, name)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err, name)
		_, err = reader.ReadByte()
		require.ErrorIs(t, err, io.EOF, name)
	}
}

func TestClientsThatStopInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, sent string
		leave        bool
		status       int
	}{
		"are not waited for for ever": {"Content-Length: 10", "abc", false, http.StatusRequestTimeout},
		"of which nothing came":       {"Content-Length: 10", "", false, http.StatusRequestTimeout},
		"and leave":                   {"Content-Length: 10", "abc", true, 499},
		"and leave without an end":    {"Transfer-Encoding: chunked", "3\r\nabc\r\n", true, 499},
		"to make sense":               {"Transfer-Encoding: chunked", "zz\r\n", false, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c counted
			f := before(t, reads, c.in, func(config *proxy.Config) {
				if tc.status == http.StatusRequestTimeout {
					hasty(config)
				}
			})
			connection, reader := f.posting(bearer(f.reader()), tc.header)
			_, err := io.WriteString(connection, tc.sent)
			require.NoError(t, err)
			if tc.leave {
				require.NoError(t, connection.Close())
			} else {
				response, err := http.ReadResponse(reader, nil)
				require.NoError(t, err)
				assert.Equal(t, tc.status, response.StatusCode)
			}
			c.soon(t, tc.status)
		})
	}
}

// A client that has sent all may wait as long as the API takes.
func TestClientsMayWaitLong(t *testing.T) {
	t.Parallel()
	f := before(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done(): // the proxy has given up
		case <-time.After(200 * time.Millisecond):
		}
		w.WriteHeader(http.StatusNoContent)
	}, hasty)
	connection, reader := f.posting(bearer(f.reader()), "Content-Length: 3")
	_, err := io.WriteString(connection, "abc")
	require.NoError(t, err)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
	assert.False(t, response.Close)
}

func TestClientsThatLeaveAreNoFaultOfTheAPI(t *testing.T) {
	t.Parallel()
	var c counted
	asked := make(chan struct{})
	f := before(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}, c.in)
	connection := f.dial()
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: a\r\n"+bearer(f.reader())+"\r\n\r\n")
	require.NoError(t, err)
	<-asked
	require.NoError(t, connection.Close())
	c.soon(t, 499)
}

func TestUpgradedConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	var c counted
	f := before(t, echo, c.in)
	connection := f.dial()
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+bearer(f.reader())+"\r\n\r\n")
	require.NoError(t, err)
	_, err = http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	require.NoError(t, connection.Close())
	c.soon(t, http.StatusSwitchingProtocols)
}
