package outbound_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// canary counts connections, to detect fetches that get through.
type canary struct {
	*httptest.Server

	connections atomic.Int64
	port        string
}

func newCanary(t *testing.T, handler http.HandlerFunc) *canary {
	t.Helper()
	c := &canary{}
	c.Server = httptest.NewUnstartedServer(handler)
	c.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			c.connections.Add(1)
		}
	}
	c.StartTLS()
	t.Cleanup(c.Close)
	_, port, err := net.SplitHostPort(c.Listener.Addr().String())
	require.NoError(t, err)
	c.port = port
	return c
}

func (c *canary) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate().Raw})
}

func newClient(t *testing.T, c *canary, allow ...string) *outbound.Client {
	t.Helper()
	client, err := outbound.New(outbound.Options{CA: c.ca(), Allow: allow})
	require.NoError(t, err)
	return client
}

// privateHosts are names and addresses of this machine and of networks that are not public, in many
// spellings.
func privateHosts() []string {
	return []string{
		"127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "0x7f000001", "0x7f.1", "0177.0.0.1", "2130706433", "127.255.255.254", "127.0.0.1.",
		"localhost", "localhost.", "LOCALHOST", "localhost.localdomain", "ip6-localhost", "sub.localhost",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[fc00::1]", "[fd00::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]",
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"metadata.google.internal", "127.0.0.1.nip.io", "①②⑦.⓪.⓪.①", "127。0。0。1",
	}
}

// Local and private addresses are never connected to, in any spelling. Half of these are refused
// by name, half just before connecting.
func TestNoFetchConnectsToAPrivateAddress(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("reached")) })
	client := newClient(t, c)
	for _, host := range privateHosts() {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := client.Get(ctx, "https://"+host+":"+c.port+"/", "application/json", 100)
		cancel()
		assert.ErrorIs(t, err, outbound.ErrFetch, host)
	}
	for _, address := range []string{
		"http://127.0.0.1:" + c.port + "/", "https://user:pw@127.0.0.1:" + c.port + "/", "https:///x", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:" + c.port + "/",
		"https://example.com@127.0.0.1:" + c.port + "/", "https://127.0.0.1:" + c.port + "#@example.com/", "//127.0.0.1/", "javascript:alert(1)", "",
	} {
		_, err := client.Get(t.Context(), address, "", 100)
		assert.ErrorIs(t, err, outbound.ErrFetch, address)
	}
	assert.Zero(t, c.connections.Load(), "connections that reached the canary")
	assert.GreaterOrEqual(t, len(privateHosts()), 50)
}

func TestOperatorMayAllowHosts(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/JSON; charset=utf-8")
		_, _ = fmt.Fprint(w, r.Header.Get("Accept"))
	})
	got, err := newClient(t, c, "127.0.0.1").Get(t.Context(), c.URL, "application/json", 100)
	require.NoError(t, err)
	assert.Equal(t, outbound.Fetched{Body: []byte("application/json"), MediaType: "application/json"}, got)
	_, err = newClient(t, c, "localhost").Get(t.Context(), c.URL, "application/json", 100)
	assert.ErrorIs(t, err, outbound.ErrFetch, "another name of the same machine is not allowed")
}

// The responses that a hostile server can send.
func TestHostileResponses(t *testing.T) {
	t.Parallel()
	second := newCanary(t, func(http.ResponseWriter, *http.Request) {})
	release := make(chan struct{})
	c := newCanary(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, second.URL, http.StatusFound)
		case "/huge":
			for range 200 {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", 64<<10))
		case "/slow":
			<-release
		case "/drip":
			for range 100 {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-release:
					return
				case <-time.After(200 * time.Millisecond):
				}
			}
		case "/missing":
			http.NotFound(w, r)
		}
	})
	defer close(release)
	client := newClient(t, c, "127.0.0.1")
	for _, path := range []string{"/redirect", "/huge", "/headers", "/missing", "/slow", "/drip"} {
		t.Run(path, func(t *testing.T) {
			began := time.Now()
			_, err := client.Get(t.Context(), c.URL+path, "*/*", 1<<20)
			assert.ErrorIs(t, err, outbound.ErrFetch)
			assert.Less(t, time.Since(began), 8*time.Second)
		})
	}
	assert.Zero(t, second.connections.Load(), "redirects are not followed")
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(http.ResponseWriter, *http.Request) {})
	other, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}})
	require.NoError(t, err)
	_, err = other.Get(t.Context(), c.URL, "", 100)
	assert.ErrorIs(t, err, outbound.ErrFetch)
	_, err = outbound.New(outbound.Options{CA: []byte("nothing")})
	assert.Error(t, err)
}

// What is allowed for the operator's own addresses is not for those that a client chose which registered itself.
func TestHostsOfSelfRegisteredClients(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(http.ResponseWriter, *http.Request) {})
	options := outbound.Options{CA: c.ca(), Allow: []string{"127.0.0.1"}}
	ctx := outbound.SelfRegistered(t.Context())
	get := func() error {
		client, err := outbound.New(options)
		require.NoError(t, err)
		_, err = client.Get(ctx, c.URL, "", 100)
		return err
	}
	post := func(address string) string {
		poster, err := outbound.NewPoster(options, time.Second)
		require.NoError(t, err)
		_, _, fault := poster.Post(ctx, address, nil, nil)
		return fault
	}
	require.ErrorIs(t, get(), outbound.ErrFetch)
	assert.Equal(t, "refused_address", post(c.URL))
	assert.Equal(t, "refused_url", post("http://127.0.0.1:"+c.port+"/"), "http")
	assert.Zero(t, c.connections.Load())
	options.AllowSelfRegistered, options.Allow = options.Allow, nil
	require.NoError(t, get())
	assert.Empty(t, post(c.URL))
}
