package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// objectServer is the client's server, with what it responds and how often it did.
type objectServer struct {
	mu       sync.Mutex
	response outbound.Fetched
	err      error
	asked    []string
}

func (s *objectServer) Get(_ context.Context, address, _ string, _ int64) (outbound.Fetched, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, address)
	return s.response, s.err
}

func (s *objectServer) set(body, cacheControl string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.response, s.err = outbound.Fetched{Body: []byte(body), CacheControl: cacheControl}, err
}

// times is how often it was asked since the last call.
func (s *objectServer) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.asked)
	s.asked = nil
	return n
}

func (a *asking) refer(uri string, beside url.Values) (*oauth.AuthorizeRequest, error) {
	form := url.Values{"client_id": {"app"}, "request_uri": {uri}, "redirect_uri": {callback}}
	for name, values := range beside {
		form[name] = values
	}
	return a.provider.CheckForm(a.t.Context(), form)
}

func newReferring(t *testing.T) (*asking, *objectServer) {
	t.Helper()
	a, s := newAsking(t, nil), &objectServer{}
	a.offer(s, oauth.RequestObjectSettings{Issuer: issuer, ByValue: true, ByReference: true})
	return a, s
}

func TestRequestObjectsByReference(t *testing.T) {
	a, s := newReferring(t)
	s.set(a.object(nil)+"\n", "", nil)
	r, err := a.refer(objectURI, url.Values{"state": {"outside"}, "response_type": {"code"}, "scope": {"openid"}})
	require.NoError(t, err)
	assert.Equal(t, "inside", r.State)
	assert.Equal(t, []string{objectURI}, s.asked)
	s.times()
	_, err = a.refer(objectURI, url.Values{"request": {a.object(nil)}})
	assertRefused(t, err, "invalid_request")
	for name, uri := range map[string]string{
		"another":           "https://app.example/objects/2",
		"a prefix":          "https://app.example/objects/",
		"longer":            objectURI + "1",
		"a query":           objectURI + "?x=1",
		"a user":            "https://user@app.example/objects/1",
		"upper case":        "https://APP.example/objects/1",
		"another host":      "https://app.example.evil.example/objects/1",
		"dots":              "https://app.example/objects/../objects/1",
		"http":              "http://app.example/objects/1",
		"a port":            "https://app.example:443/objects/1",
		"encoded":           "https://app.example/objects/%31",
		"a pushed request":  "urn:ietf:params:oauth:request_uri:abc",
		"too long":          objectURI + "#" + strings.Repeat("a", 512),
		"a file":            "file:///etc/passwd",
		"of another client": "https://other.example/objects/1",
		"fragment in path":  "https://app.example/objects%231",
	} {
		r, err := a.refer(uri, nil)
		assert.Equal(t, refusal.CheckRequestURI, assertRefused(t, err, "invalid_request_uri").Check, name)
		require.NotNil(t, r, name)
	}
	assert.Zero(t, s.times(), "nothing was fetched")
	s.set("not an object", "", nil)
	_, err = a.refer(objectURI, nil)
	assertRefused(t, err, "invalid_request_object")
}

// Cache-Control is obeyed within bounds, and the digest in a fragment (OpenID Connect Core section 6.2).
func TestHowLongFetchedObjectsAreKept(t *testing.T) {
	a, s := newReferring(t)
	object := a.object(map[string]any{"exp": nil})
	sum := sha256.Sum256([]byte(object))
	fetches := func(uri, cacheControl string, err error, after time.Duration) int {
		s.set(object, cacheControl, err)
		_, _ = a.refer(uri, nil)
		first := s.times()
		a.advance(after)
		_, _ = a.refer(uri, nil)
		a.advance(25 * time.Hour)
		return first + s.times()
	}
	named := objectURI + "#" + base64.RawURLEncoding.EncodeToString(sum[:])
	assert.Equal(t, 2, fetches(objectURI, "", nil, 0), "nothing says that it may be kept")
	assert.Equal(t, 1, fetches(objectURI, "public, max-age=60", nil, 59*time.Second))
	assert.Equal(t, 2, fetches(objectURI, "max-age=60", nil, time.Minute))
	assert.Equal(t, 2, fetches(objectURI, "max-age=31536000", nil, 10*time.Minute), "within bounds")
	assert.Equal(t, 2, fetches(objectURI, "max-age=60, No-Store", nil, 0))
	assert.Equal(t, 2, fetches(objectURI, "max-age=-1", nil, 0))
	assert.Equal(t, 1, fetches(named, "", nil, 59*time.Minute), "its content is named")
	assert.Equal(t, 2, fetches(named, "", nil, time.Hour))
	assert.Equal(t, 2, fetches(objectURI+"#"+base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "", nil, 0), "the digest of something else")
	assert.Equal(t, 1, fetches(objectURI, "", outbound.ErrFetch, 9*time.Second), "a server that fails is left alone for a while")
	assert.Equal(t, 2, fetches(objectURI, "", outbound.ErrFetch, 10*time.Second))
	s.set(object, "max-age=600", nil)
	_, err := a.refer(objectURI+"#1", nil)
	require.NoError(t, err)
	_, err = a.refer(objectURI+"#2", nil)
	require.NoError(t, err)
	assert.Equal(t, 2, s.times(), "another fragment means another content")
	s.set("", "max-age=600", nil)
	_, err = a.refer(objectURI+"#3", nil)
	assert.Equal(t, refusal.CheckRequestURIFetch, assertRefused(t, err, "invalid_request_uri").Check)
}

// Fragments that anybody makes up lead to no more fetches than the URI and the client may have, and keep nobody from
// signing in whose object is known.
func TestFetchesOfOneURIAreBounded(t *testing.T) {
	a, s := newReferring(t)
	object := a.object(map[string]any{"exp": nil})
	sum := sha256.Sum256([]byte(object))
	named := objectURI + "#" + base64.RawURLEncoding.EncodeToString(sum[:])
	flood := func(uri string) (last error) {
		for n := range 100 {
			_, last = a.refer(uri+"#"+fmt.Sprint(n), nil)
		}
		return last
	}
	s.set(object, "", nil)
	require.NoError(t, flood(objectURI), "what was fetched last will do")
	_, err := a.refer(named, nil)
	require.NoError(t, err)
	assert.Equal(t, 10, s.times())
	a.advance(2 * time.Second)
	require.NoError(t, flood(objectURI))
	assert.Equal(t, 1, s.times())

	a.advance(time.Hour)
	s.set(object, "no-store", nil)
	assert.Contains(t, assertRefused(t, flood(objectURI), "invalid_request_uri").Description, "too often")
	assert.Equal(t, 10, s.times())
	_, err = a.refer(named, nil)
	require.NoError(t, err, "its content is known by the digest")

	// Of a client with many URIs, and not of another client.
	var uris []string
	for n := range 20 {
		uris = append(uris, fmt.Sprint(objectURI, n))
	}
	a.update("app", func(c *client.Client) { c.RequestURIs = uris })
	a.advance(time.Hour)
	for _, uri := range uris {
		_ = flood(uri)
	}
	assert.Equal(t, 30, s.times())
	a.client(client.Client{
		ID: "other", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback}, Scopes: []string{"openid"},
		JWKS: string(keySetOf(t, "k1", a.key.Public())), RequestURIs: uris,
	})
	_, err = a.refer(uris[0], url.Values{"client_id": {"other"}})
	assertRefused(t, err, "invalid_request_object")
	assert.Equal(t, 1, s.times())

	// A server that fails is left alone, whatever the fragment.
	a.advance(time.Hour)
	s.set("", "", outbound.ErrFetch)
	assertRefused(t, flood(uris[0]), "invalid_request_uri")
	assert.Equal(t, 1, s.times())
}

// A registered URI is no way into the network of the server: the real client is used here, with servers that would
// respond.
func TestRequestURIsOfHostileClients(t *testing.T) {
	a := newAsking(t, nil)
	var hits atomic.Int64
	object := a.object(nil)
	hang := make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/object", http.StatusFound)
		case "/huge":
			_, _ = w.Write([]byte(strings.Repeat("x", 17<<10)))
		case "/error":
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(object))
		case "/slow":
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-hang
		default:
			_, _ = w.Write([]byte(object))
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hang) })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	visit := func(o outbound.Options, uris ...string) (refusals []*refusal.Refusal) {
		fetch, err := outbound.New(o)
		require.NoError(t, err)
		a.offer(fetch, oauth.RequestObjectSettings{Issuer: issuer, ByReference: true})
		a.update("app", func(c *client.Client) { c.RequestURIs = uris })
		for _, uri := range uris {
			_, err := a.refer(uri, nil)
			if err == nil {
				refusals = append(refusals, nil)
				continue
			}
			r := assertRefused(t, err, "invalid_request_uri")
			assert.NotContains(t, r.Description, "127.0.0.1")
			refusals = append(refusals, r)
		}
		return refusals
	}
	for _, r := range visit(outbound.Options{CA: ca}, "https://127.0.0.1:"+port+"/object", "https://localhost:"+port+"/object", "https://[::1]:"+port+"/object",
		"https://[::ffff:127.0.0.1]:"+port+"/object", "https://0.0.0.0:"+port+"/object", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/object") {
		assert.NotNil(t, r)
	}
	assert.Zero(t, hits.Load())
	base := "https://127.0.0.1:" + port
	got := visit(outbound.Options{CA: ca, Allow: []string{"127.0.0.1"}}, base+"/object", base+"/redirect", base+"/huge", base+"/error")
	assert.Nil(t, got[0], "the operator allows it")
	assert.NotNil(t, got[1])
	assert.NotNil(t, got[2])
	assert.NotNil(t, got[3])
	assert.Equal(t, int64(4), hits.Load(), "the redirect is not followed")
	assert.NotNil(t, visit(outbound.Options{Allow: []string{"127.0.0.1"}}, base+"/object")[0], "the certificate is nobody's")

	// Who waits may leave, before the slow server is given up.
	fetch, err := outbound.New(outbound.Options{CA: ca, Allow: []string{"127.0.0.1"}})
	require.NoError(t, err)
	a.offer(fetch, oauth.RequestObjectSettings{Issuer: issuer, ByReference: true})
	a.update("app", func(c *client.Client) { c.RequestURIs = []string{base + "/slow"} })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.provider.CheckForm(ctx, url.Values{"client_id": {"app"}, "request_uri": {base + "/slow"}, "redirect_uri": {callback}})
	require.ErrorIs(t, err, context.Canceled)
}
