package proxy_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// before puts the proxy before another API than that of the fixture.
func before(t *testing.T, api http.HandlerFunc, change ...func(*proxy.Config)) *fixture {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return setup(t, func(c *proxy.Config) {
		c.Upstream, _ = url.Parse(server.URL)
		for _, more := range change {
			more(c)
		}
	})
}

// echo upgrades the connection, and sends back what it gets.
func echo(w http.ResponseWriter, r *http.Request) {
	connection, both, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	_, _ = both.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Who: " + r.Header.Get("X-Auth-Subject") + "\r\n\r\n")
	_ = both.Flush()
	_, _ = io.Copy(connection, both)
}

func (f *fixture) upgrade(token string) (*bufio.Reader, io.Writer, *http.Response) {
	f.t.Helper()
	connection := f.dial()
	_, err := io.WriteString(connection, "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+bearer(token)+"\r\n\r\n")
	require.NoError(f.t, err)
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(f.t, err)
	return reader, connection, response
}

func TestWebSocketsPass(t *testing.T) {
	t.Parallel()
	f := before(t, echo)
	reader, writer, response := f.upgrade(f.Token(resourcetest.Claims{"scope": "read", "sub": "alice"}))
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	assert.Equal(t, "alice", response.Header.Get("X-Who"))
	for range 3 {
		_, err := io.WriteString(writer, "hello\n")
		require.NoError(t, err)
		line, err := reader.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "hello\n", line)
	}
	_, _, response = f.upgrade("forged")
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
}

// An API that speaks HTTP/2 without TLS would take an upgrade to it, and then requests that are not seen.
func TestOtherUpgradesDoNotPass(t *testing.T) {
	t.Parallel()
	asked := make(chan http.Header, 1)
	f := before(t, func(_ http.ResponseWriter, r *http.Request) { asked <- r.Header })
	for _, sent := range []string{
		"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk", "Upgrade: h2c, websocket\r\nConnection: Upgrade",
		"Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: Upgrade", "Upgrade: TLS/1.0\r\nConnection: Upgrade",
		"HTTP2-Settings: AAMAAABk", "Upgrade: websocket\r\nConnection: Upgrade\r\nHTTP2-Settings: AAMAAABk",
	} {
		connection := f.dial()
		_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: a\r\n"+bearer(f.reader())+"\r\n"+sent+"\r\n\r\n")
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.StatusCode, sent)
		got := <-asked
		assert.Empty(t, got["Http2-Settings"], sent)
		if got.Get("Upgrade") != "" {
			assert.Equal(t, []string{"websocket"}, got["Upgrade"], sent)
			assert.Contains(t, sent, "Upgrade: websocket\r\nConnection")
		} else {
			assert.Empty(t, got["Connection"], sent)
		}
	}
}

func TestNoTunnels(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, target := range []string{"/", "/open", "api.example.test:443"} {
		assert.Equal(t, http.StatusNotImplemented, f.sendBy("CONNECT", target, bearer(f.reader())).StatusCode, target)
		assert.Nil(t, f.received(), target)
	}
}

func TestWebSocketsEndWithTheToken(t *testing.T) {
	t.Parallel()
	f := before(t, echo)
	token := f.Token(resourcetest.Claims{"scope": "read", "exp": time.Now().Add(time.Second).Unix()})
	reader, _, response := f.upgrade(token)
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	_, err := reader.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
}

// events are sent until the request ends.
func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	_, _ = io.WriteString(w, "data: first\n\n")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestEventsEndWithTheToken(t *testing.T) {
	t.Parallel()
	f := before(t, events)
	response := f.send("/events", bearer(f.Token(resourcetest.Claims{"scope": "read", "exp": time.Now().Add(time.Second).Unix()})))
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "data: first\n\n", string(text))
}

func TestStreamsEndWithARevocation(t *testing.T) {
	t.Parallel()
	told := newFeed(t)
	f := before(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/socket" {
			echo(w, r)
			return
		}
		events(w, r)
	}, told.follow)
	token := told.Token(resourcetest.Claims{"scope": "read", "jti": "t1"})
	other := told.Token(resourcetest.Claims{"scope": "read", "jti": "t2"})
	socket, _, response := f.upgrade(token)
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	kept, writer, _ := f.upgrade(other)
	stream := f.send("/events", bearer(token))
	require.Equal(t, http.StatusOK, stream.StatusCode)
	told.revokeID("t1")
	_, err := socket.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
	_, err = io.ReadAll(stream.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = io.WriteString(writer, "hello\n")
	require.NoError(t, err)
	line, err := kept.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "hello\n", line, "another token ends nothing")
}

func TestEventsPassOneByOne(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	f := before(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "24") // as if it were no stream
		for range 3 {
			_, _ = io.WriteString(w, "data: x\n")
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	reader := bufio.NewReader(f.send("/events", bearer(f.reader())).Body)
	for range 3 {
		line, err := reader.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "data: x\n", line)
		next <- struct{}{} // the API goes on only now
	}
}

// The API has the beginning of a request before the client has sent its end.
func TestRequestBodiesAreNotCollected(t *testing.T) {
	t.Parallel()
	begun := make(chan string, 1)
	f := before(t, func(_ http.ResponseWriter, r *http.Request) {
		first := make([]byte, 5)
		_, _ = io.ReadFull(r.Body, first)
		begun <- string(first)
		_, _ = io.Copy(io.Discard, r.Body)
	})
	connection := f.dial()
	_, err := io.WriteString(connection, "POST /upload HTTP/1.1\r\nHost: a\r\n"+bearer(f.reader())+"\r\nContent-Length: 10\r\n\r\nfirst")
	require.NoError(t, err)
	assert.Equal(t, "first", <-begun)
	_, err = io.WriteString(connection, "other")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode)
}

// What is between client and proxy alone does not reach the API, nor the other way round.
func TestHopByHopHeaders(t *testing.T) {
	t.Parallel()
	f := before(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-Hop", "Keep-Alive", "Proxy-Authorization", "Te", "Upgrade"} {
			assert.Empty(t, r.Header.Get(name), name)
		}
		w.Header().Set("Connection", "X-Back")
		w.Header().Set("X-Back", "1")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.Copy(w, strings.NewReader("as it is"))
	})
	response := f.send("/", bearer(f.reader()), "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: 5", "Proxy-Authorization: Basic YTpi", "TE: gzip")
	require.Equal(t, http.StatusOK, response.StatusCode)
	assert.Empty(t, response.Header.Get("X-Back"))
	assert.Equal(t, "as it is", body(t, response), "an encoding is the API's business")
}
