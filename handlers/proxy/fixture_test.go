package proxy_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// fixture is a proxy before an API that records what it is asked.
type fixture struct {
	*resourcetest.Issuer
	t        *testing.T
	signer   *proxy.Signer
	verifier *resource.Verifier
	api      *httptest.Server
	proxy    *httptest.Server
	asked    chan *http.Request // at most one
}

func setup(t *testing.T, change func(*proxy.Config)) *fixture {
	t.Helper()
	f := &fixture{Issuer: resourcetest.NewIssuer(t), t: t, asked: make(chan *http.Request, 1)}
	f.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		f.asked <- r
		_, _ = io.WriteString(w, "of the API")
	}))
	t.Cleanup(f.api.Close)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	var err error
	f.verifier, err = resource.New(t.Context(), f.URL, resource.Options{
		Audience: []string{f.Audience}, Resource: f.Audience, Logger: log,
		Introspection: &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret, CacheFor: -1, CacheInactiveFor: -1},
	})
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	f.signer, err = proxy.NewSigner(proxy.SignerConfig{
		Keys: []*ecdsa.PrivateKey{key}, Issuer: "gatehouse-proxy", Audience: "https://api.internal", Clock: time.Now, Random: rand.Reader,
	})
	require.NoError(t, err)
	upstream, err := url.Parse(f.api.URL)
	require.NoError(t, err)
	c := proxy.Config{
		Verifier: f.verifier, Signer: f.signer, Routes: routes(t, []string{"read"}, []string{"/admin=admin:write"}, []string{"/open"}),
		Upstream: upstream, Transport: &http.Transport{DisableCompression: true}, Count: func(string, string, int, float64) {}, Clock: time.Now, Log: log,
	}
	if change != nil {
		change(&c)
	}
	handler, err := proxy.New(c)
	require.NoError(t, err)
	f.proxy = httptest.NewServer(handler)
	t.Cleanup(f.proxy.Close)
	return f
}

func routes(t *testing.T, require_, prefixes, public []string) []proxy.Route {
	t.Helper()
	list, err := proxy.ParseRoutes(require_, prefixes, public)
	require.NoError(t, err)
	return list
}

// reader is a token with the scope that every path requires.
func (f *fixture) reader() string { return f.Token(resourcetest.Claims{"scope": "read"}) }

// send sends a request as it is written: net/http would clean it.
func (f *fixture) send(target string, headers ...string) *http.Response {
	f.t.Helper()
	return f.sendBy("GET", target, headers...)
}

func (f *fixture) sendBy(method, target string, headers ...string) *http.Response {
	f.t.Helper()
	connection := f.dial()
	_, err := io.WriteString(connection, method+" "+target+" HTTP/1.1\r\nHost: api.example.test\r\nConnection: close\r\n"+lines(headers)+"\r\n")
	require.NoError(f.t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(f.t, err)
	return response
}

func (f *fixture) dial() net.Conn {
	f.t.Helper()
	connection, err := (&net.Dialer{}).DialContext(f.t.Context(), "tcp", strings.TrimPrefix(f.proxy.URL, "http://"))
	require.NoError(f.t, err)
	f.t.Cleanup(func() { _ = connection.Close() })
	return connection
}

func lines(headers []string) string {
	if len(headers) == 0 {
		return ""
	}
	return strings.Join(headers, "\r\n") + "\r\n"
}

func bearer(token string) string { return "Authorization: Bearer " + token }

// received is the request that the API got, or nil.
func (f *fixture) received() *http.Request {
	select {
	case r := <-f.asked:
		return r
	default:
		return nil
	}
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(text)
}
