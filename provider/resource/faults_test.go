package resource_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func p256() elliptic.Curve { return elliptic.P256() }

// faulty stands before an issuer and does to its responses what a test wants.
type faulty struct {
	url    string
	header string // Cache-Control
	// answers replace those of the issuer, by path.
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	done    chan struct{} // closed when the test ends
}

func newFaulty(t *testing.T, f *fixture) *faulty {
	t.Helper()
	p := &faulty{answers: map[string]http.HandlerFunc{}, done: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		answer := p.answers[r.URL.Path]
		p.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		forward, err := http.NewRequest(r.Method, f.URL+r.URL.Path, r.Body)
		assert.NoError(t, err)
		forward.Header = r.Header
		forward.Header.Del("Accept-Encoding")
		response, err := http.DefaultTransport.RoundTrip(forward)
		if !assert.NoError(t, err) {
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		assert.NoError(t, err)
		w.Header().Set("Content-Type", "application/json")
		if p.header != "" {
			w.Header().Set("Cache-Control", p.header)
		}
		w.WriteHeader(response.StatusCode)
		_, _ = io.WriteString(w, strings.ReplaceAll(string(body), f.URL, p.url))
	}))
	t.Cleanup(func() {
		close(p.done)
		server.Close()
	})
	p.url = server.URL
	return p
}

// set replaces an answer while the provider is asked.
func (p *faulty) set(path string, answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = answer
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// endless sends JSON without an end.
func endless(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"keys":["`)
	chunk := strings.Repeat("x", 64<<10)
	for {
		if _, err := io.WriteString(w, chunk); err != nil {
			return
		}
	}
}

const (
	metadataPath = "/.well-known/openid-configuration"
	otherPath    = "/.well-known/oauth-authorization-server"
)

// None of these may accept a token, refuse it for good, or wait long.
func TestFaultsOfTheProvider(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, f.URL+r.URL.Path, http.StatusFound)
	}
	for name, tc := range map[string]struct {
		path   string
		answer func(*faulty) http.HandlerFunc
	}{
		"redirect of the keys":      {"/jwks", func(*faulty) http.HandlerFunc { return elsewhere }},
		"garbage for keys":          {"/jwks", func(*faulty) http.HandlerFunc { return text("<html>") }},
		"no keys":                   {"/jwks", func(*faulty) http.HandlerFunc { return text(`{"keys":[]}`) }},
		"null":                      {"/jwks", func(*faulty) http.HandlerFunc { return text(`null`) }},
		"endless keys":              {"/jwks", func(*faulty) http.HandlerFunc { return endless }},
		"keys that take too long":   {"/jwks", func(p *faulty) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) { <-p.done } }},
		"keys that stop in between": {"/jwks", func(p *faulty) http.HandlerFunc { return stalled(p) }},
		"redirect of the metadata":  {metadataPath, func(*faulty) http.HandlerFunc { return elsewhere }},
		"endless metadata":          {metadataPath, func(*faulty) http.HandlerFunc { return endless }},
		"metadata of another issuer": {metadataPath, func(*faulty) http.HandlerFunc {
			return text(`{"issuer":"https://evil.example","jwks_uri":"` + f.URL + `/jwks"}`)
		}},
		"metadata without an issuer": {metadataPath, func(*faulty) http.HandlerFunc { return text(`{"jwks_uri":"` + f.URL + `/jwks"}`) }},
		"metadata without keys": {metadataPath, func(p *faulty) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) { text(`{"issuer":"`+p.url+`"}`)(w, r) }
		}},
		"keys without TLS": {metadataPath, func(p *faulty) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				text(`{"issuer":"`+p.url+`","jwks_uri":"http://keys.example/jwks"}`)(w, r)
			}
		}},
		"keys in a file": {metadataPath, func(p *faulty) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				text(`{"issuer":"`+p.url+`","jwks_uri":"file:///etc/keys"}`)(w, r)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFaulty(t, f)
			p.answers[tc.path] = tc.answer(p)
			if tc.path == metadataPath {
				p.answers[otherPath] = http.NotFound
			}
			v := f.verifier(p.url, func(o *resource.Options) { o.Timeout = 300 * time.Millisecond })
			w := get(v.Authenticate, "Bearer "+f.Token(claims{"iss": p.url}))
			assert.Equal(t, http.StatusServiceUnavailable, w.Code, w.Body)
			assert.Equal(t, "2", w.Header().Get("Retry-After"))
			assert.Empty(t, w.Header().Get("WWW-Authenticate"))
			assert.JSONEq(t, `{"error":"temporarily_unavailable","error_description":"The access token cannot be checked now. Try again later."}`, w.Body.String())
		})
	}
}

// Whoever is between the API and http://keys.example could send keys of its own.
func TestKeysAreNotFetchedWithoutTLS(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	p.answers[metadataPath] = text(`{"issuer":"` + p.url + `","jwks_uri":"http://keys.example/jwks"}`)
	var reached atomic.Bool
	plain := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "keys.example" {
			reached.Store(true)
			r = r.Clone(r.Context())
			r.URL.Host = strings.TrimPrefix(f.URL, "http://")
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	token := f.Token(claims{"iss": p.url})
	assert.Equal(t, "provider_unavailable", reason(t, f.verifier(p.url, func(o *resource.Options) { o.HTTPClient = plain }), token))
	assert.False(t, reached.Load())
	assert.Empty(t, reason(t, f.verifier(p.url, func(o *resource.Options) { o.HTTPClient, o.AllowHTTP = plain, true }), token))
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func stalled(p *faulty) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"keys":[`)
		w.(http.Flusher).Flush()
		<-p.done
	}
}

func TestProvidersHaveOneOfTwoWellKnownPaths(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, missing := range []string{metadataPath, otherPath} {
		p := newFaulty(t, f)
		p.answers[missing] = http.NotFound
		assert.Empty(t, reason(t, f.verifier(p.url, nil), f.Token(claims{"iss": p.url})), missing)
	}
}

func TestIssuersWithAPath(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for path, issuer := range map[string]string{
		"/tenant/.well-known/openid-configuration":       "/tenant",
		"/.well-known/oauth-authorization-server/tenant": "/tenant",
		"/slash/.well-known/openid-configuration":        "/slash/",
	} {
		p := newFaulty(t, f)
		name := p.url + issuer
		p.answers[path] = text(`{"issuer":"` + name + `","jwks_uri":"` + f.URL + `/jwks"}`)
		assert.Empty(t, reason(t, f.verifier(name, nil), f.Token(claims{"iss": name})), path)
	}
}

// The certificate is what tells the provider from anybody in between.
func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	var url string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "configuration") {
			text(`{"issuer":"`+url+`","jwks_uri":"`+f.URL+`/jwks"}`)(w, r)
		}
	}))
	server.Config.ErrorLog = discard()
	server.StartTLS()
	defer server.Close()
	url = server.URL
	token := f.Token(claims{"iss": url})
	assert.Equal(t, "provider_unavailable", reason(t, f.verifier(url, nil), token))
	assert.Empty(t, reason(t, f.verifier(url, func(o *resource.Options) { o.HTTPClient = server.Client() }), token), "with the authority of a private certificate")
}

// What was asked for by TLS must not go on without it, even where an issuer without TLS would do.
func TestSecureIssuersHaveSecureEndpoints(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	asked := make(chan string, 1)
	for name, tc := range map[string]struct{ issuer, endpoint, want string }{
		"https to http":  {"https://id.example.test", "http://id.example.test/jwks", "not an https URL"},
		"https to https": {"https://id.example.test", "https://id.example.test/jwks", ""},
		"http to http":   {"http://id.example.test", "http://id.example.test/jwks", ""},
	} {
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/jwks") {
				asked <- r.URL.String()
				return nil, errors.New("no keys")
			}
			w := httptest.NewRecorder()
			text(`{"issuer":"`+tc.issuer+`","jwks_uri":"`+tc.endpoint+`"}`)(w, r)
			return w.Result(), nil
		})
		v := f.verifier(tc.issuer, func(o *resource.Options) { o.AllowHTTP, o.HTTPClient = true, &http.Client{Transport: transport} })
		_, err := v.Verify(t.Context(), f.Token(claims{"iss": tc.issuer}))
		if tc.want != "" {
			require.ErrorContains(t, err, tc.want, name)
			assert.Empty(t, asked, name)
			continue
		}
		require.Error(t, err)
		assert.Equal(t, tc.endpoint, <-asked, name)
	}
}

// Whoever repeats a name chooses it: it may be the token, and is in no log.
func TestErrorsShowNothingOfTheJSON(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	repeated := `{"SECRET":1,"SECRET":2,"active":true}`
	p := newFaulty(t, f)
	p.answers["/introspect"] = text(repeated)
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	})
	encoded := base64.RawURLEncoding.EncodeToString
	for _, token := range []string{"opaque", encoded([]byte(`{"alg":"ES256","SECRET":1,"SECRET":2}`)) + ".e30.AAAA"} {
		_, err := v.Verify(t.Context(), token)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "SECRET")
	}
}

// What a provider sends is not shown to callers, and the token is in no error.
func TestErrorsShowNoToken(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	p.answers["/introspect"] = text("SECRET-OF-THE-PROVIDER")
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "SECRET-OF-THE-CLIENT"}
	})
	for _, token := range []string{"opaque-token-of-alice", f.Token(claims{"iss": "other"}), changed(f.Token(claims{"iss": p.url}))} {
		_, err := v.Verify(t.Context(), token)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), token)
		assert.NotContains(t, err.Error(), "SECRET")
		w := get(v.Authenticate, "Bearer "+token)
		assert.NotContains(t, w.Body.String()+w.Header().Get("WWW-Authenticate"), "SECRET")
		assert.NotContains(t, w.Body.String()+w.Header().Get("WWW-Authenticate"), token)
	}
}
