package handlers_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/browser"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

const issuer = "https://id.example"

// sealer seals error ids under a key of the test.
type sealer struct{ cipher.AEAD }

func newSealer(t testing.TB) sealer {
	t.Helper()
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	return sealer{aead}
}

func (s sealer) Seal(plaintext []byte) []byte { return s.AEAD.Seal(nil, nil, plaintext, nil) }

func (s sealer) Open(sealed []byte) ([]byte, error) { return s.AEAD.Open(nil, nil, sealed, nil) }

// origins is the list of origins of public clients.
type origins []string

func (o origins) Allowed(origin string) bool { return slices.Contains(o, origin) }

var errBroken = errors.New("database is away")

// frame is a public handler under test, with its log.
type frame struct {
	http.Handler
	records *refusal.Recorder
	log     *bytes.Buffer
}

// says responds with 200 and the name of the endpoint.
func says(name string) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		_, err := io.WriteString(w, name)
		return err
	}
}

// routes are the real ones, with endpoints of the test.
func routes(prefix string, endpoint func(name string) route.HandlerFunc) []route.Route {
	people := &browser.Browser{Config: browser.Config{AuthorizePath: prefix + "/authorize", LogoutPath: prefix + "/logout"}}
	table := slices.Concat(oauthhandlers.Config{Prefix: prefix}.Routes(), people.Routes())
	for i, entry := range table {
		table[i].Handler = endpoint(entry.Name)
	}
	return table
}

// serveAt replaces the endpoint of a route.
func serveAt(c *handlers.Config, name string, endpoint route.HandlerFunc) {
	c.Routes = slices.Clone(c.Routes)
	for i := range c.Routes {
		if c.Routes[i].Name == name {
			c.Routes[i].Handler = endpoint
			return
		}
	}
	panic("no route is called " + name)
}

// passes is a guard that lets everybody through.
func passes(r *http.Request, _ string) (*http.Request, error) { return r, nil }

func fails(err error) route.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func newPolicies(t testing.TB, overrides map[string]ratelimit.Limit) *ratelimit.Table {
	t.Helper()
	table, err := ratelimit.NewTable(overrides)
	require.NoError(t, err)
	return table
}

func newPages(t testing.TB, dev bool) *pages.Set {
	t.Helper()
	set, err := pages.New(pages.Settings{Dev: dev})
	require.NoError(t, err)
	return set
}

// newFrame builds a frame; change may modify the settings before.
func newFrame(t testing.TB, change func(*handlers.Config)) *frame {
	t.Helper()
	f := &frame{records: refusal.NewRecorder(newSealer(t)), log: new(bytes.Buffer)}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	config := handlers.Config{
		Issuer: issuer, Prefix: "/oauth",
		Routes: routes("/oauth", says),
		Guards: route.Guards{Bearer: passes},
		Pages:  newPages(t, false), Records: f.records, Refusals: refusal.NewCatalogue(refusal.Limits{}), Origins: origins{"https://spa.example"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
		Clock:          func() time.Time { return at }, Random: rand.Reader,
		Limiter: ratelimit.NewMemory(func() time.Time { return at }), Policies: newPolicies(t, nil),
		Log: slog.New(slog.NewJSONHandler(f.log, nil)),
	}
	if change != nil {
		change(&config)
	}
	handler, err := handlers.New(config)
	require.NoError(t, err)
	f.Handler = handler
	return f
}

// do sends one request and returns the response. Headers are name, value, name, value.
func (f *frame) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return f.serve(r)
}

func (f *frame) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// newRequest is a request from the given address, HOST:PORT.
func newRequest(method, target, address string) *http.Request {
	r := httptest.NewRequest(method, target, http.NoBody)
	r.RemoteAddr = address
	return r
}

// lastLine is the last line of the log.
func (f *frame) lastLine(t testing.TB) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(f.log.String()), "\n")
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &fields))
	return fields
}

type errorAnswer struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	URI         string `json:"error_uri"`
}

func answered(t testing.TB, w *httptest.ResponseRecorder) errorAnswer {
	t.Helper()
	require.Equal(t, "application/json", w.Header().Get("Content-Type"), w.Body.String())
	var a errorAnswer
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	return a
}

func TestNewRefusesWrongSettings(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*handlers.Config){
		"issuer with a path":      func(c *handlers.Config) { c.Issuer += "/x" },
		"issuer with a slash":     func(c *handlers.Config) { c.Issuer += "/" },
		"issuer without a scheme": func(c *handlers.Config) { c.Issuer = "id.example" },
		"no issuer":               func(c *handlers.Config) { c.Issuer = "" },
		"prefix without a slash":  func(c *handlers.Config) { c.Prefix = "oauth" },
		"prefix that ends in one": func(c *handlers.Config) { c.Prefix = "/oauth/" },
		"prefix with a variable":  func(c *handlers.Config) { c.Prefix = "/{tenant}" },
		"prefix with dots":        func(c *handlers.Config) { c.Prefix = "/a/../b" },
		"no pages":                func(c *handlers.Config) { c.Pages = nil },
		"no recorder":             func(c *handlers.Config) { c.Records = nil },
		"no origins":              func(c *handlers.Config) { c.Origins = nil },
		"no limiter":              func(c *handlers.Config) { c.Limiter = nil },
		"no policies":             func(c *handlers.Config) { c.Policies = nil },
		"no clock":                func(c *handlers.Config) { c.Clock = nil },
		"no randomness":           func(c *handlers.Config) { c.Random = nil },
		"no log":                  func(c *handlers.Config) { c.Log = nil },
		"an endpoint is missing":  func(c *handlers.Config) { serveAt(c, "revoke", nil) },
	} {
		config := handlers.Config{
			Issuer: issuer, Prefix: "/oauth", Pages: newPages(t, false), Records: refusal.NewRecorder(newSealer(t)), Refusals: refusal.NewCatalogue(refusal.Limits{}), Origins: origins{},
			Routes:  routes("/oauth", says),
			Guards:  route.Guards{Bearer: passes},
			Limiter: ratelimit.NewMemory(time.Now), Policies: newPolicies(t, nil),
			Clock: time.Now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
		}
		_, err := handlers.New(config)
		require.NoError(t, err)
		change(&config)
		_, err = handlers.New(config)
		assert.Error(t, err, name)
	}
}
