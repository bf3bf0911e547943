package outbound_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

func newPoster(t *testing.T, o outbound.Options) *outbound.Poster {
	t.Helper()
	p, err := outbound.NewPoster(o, time.Second)
	require.NoError(t, err)
	return p
}

func TestNoPostConnectsToAPrivateAddress(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(http.ResponseWriter, *http.Request) {})
	p := newPoster(t, outbound.Options{CA: c.ca()})
	for _, host := range privateHosts() {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		status, _, fault := p.Post(ctx, "https://"+host+":"+c.port+"/", nil, nil)
		cancel()
		assert.Zero(t, status, host)
		assert.NotEmpty(t, fault, host)
		ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		assert.Equal(t, fault, p.Reach(ctx, "https://"+host+":"+c.port+"/"), host)
		cancel()
	}
	for _, address := range []string{
		"http://127.0.0.1:" + c.port + "/", "https://user:pw@127.0.0.1:" + c.port + "/", "https:///x", "file:///etc/passwd", "//127.0.0.1/", "https://exa mple.com/", "",
	} {
		_, _, fault := p.Post(t.Context(), address, nil, nil)
		assert.Equal(t, "refused_url", fault, address)
		assert.Equal(t, "refused_url", p.Reach(t.Context(), address), address)
	}
	assert.Zero(t, c.connections.Load(), "reached a private address")
}

// What is reached gets a connection that it accepts, and no request.
func TestReachSendsNothing(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(http.ResponseWriter, *http.Request) { t.Error("a request") })
	assert.Empty(t, newPoster(t, outbound.Options{CA: c.ca(), Allow: []string{"127.0.0.1"}}).Reach(t.Context(), c.URL+"/send"))
	assert.Equal(t, int64(1), c.connections.Load())
	assert.Equal(t, "tls", newPoster(t, outbound.Options{Allow: []string{"127.0.0.1"}}).Reach(t.Context(), c.URL))
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request") }))
	defer plain.Close()
	p := newPoster(t, outbound.Options{Allow: []string{"127.0.0.1"}})
	assert.Empty(t, p.Reach(t.Context(), plain.URL))
	plain.Close()
	assert.Equal(t, "connection", p.Reach(t.Context(), plain.URL))
}

func TestPostSendsOneRequest(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	c := newCanary(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "120")
		http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
	})
	p := newPoster(t, outbound.Options{CA: c.ca(), Allow: []string{"127.0.0.1"}})
	status, wait, fault := p.Post(t.Context(), c.URL+"/events?tenant=1", map[string]string{"webhook-id": "1"}, []byte(`{"type":"ping"}`))
	assert.Equal(t, http.StatusPermanentRedirect, status, "not followed")
	assert.Equal(t, 2*time.Minute, wait)
	assert.Empty(t, fault)
	assert.Equal(t, http.MethodPost, got.Method)
	assert.Equal(t, "/events?tenant=1", got.RequestURI)
	assert.Equal(t, "1", got.Header.Get("webhook-id"))
	assert.Equal(t, "Gatehouse", got.Header.Get("User-Agent"))
	assert.JSONEq(t, `{"type":"ping"}`, string(body))
}

// What went wrong is told by its kind, without a word of the peer.
func TestPostTellsTheKindOfFault(t *testing.T) {
	t.Parallel()
	c := newCanary(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	allow := []string{"127.0.0.1", "there-is-none.invalid"}
	trusting := newPoster(t, outbound.Options{CA: c.ca(), Allow: allow})
	for address, want := range map[string]string{
		closed.URL:                       "connection",
		c.URL:                            "timeout",
		"https://there-is-none.invalid/": "dns",
		"https://10.0.0.1/":              "refused_address",
	} {
		_, _, fault := trusting.Post(t.Context(), address, nil, nil)
		assert.Equal(t, want, fault, address)
	}
	_, _, fault := newPoster(t, outbound.Options{Allow: allow}).Post(t.Context(), c.URL, nil, nil)
	assert.Equal(t, "tls", fault, "unknown authority")
}

// Retry-After is a number of seconds; what is not is none.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", r.URL.Query().Get("after"))
	}))
	t.Cleanup(server.Close)
	p := newPoster(t, outbound.Options{Allow: []string{"127.0.0.1"}})
	for value, want := range map[string]time.Duration{
		"": 0, "60": time.Minute, "-1": 0, "soon": 0, "Fri, 31 Dec 2099 23:59:59 GMT": 0, "1000000000": (1 << 20) * time.Second, strings.Repeat("9", 30): 0,
	} {
		_, wait, _ := p.Post(t.Context(), server.URL+"/?after="+url.QueryEscape(value), nil, nil)
		assert.Equal(t, want, wait, value)
	}
}
