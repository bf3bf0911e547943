package resourcetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Audience is in every token unless its claims say otherwise.
const Audience = "https://api.example.test"

// Issuer issues tokens for the duration of a test. It is safe for concurrent use.
type Issuer struct {
	// URL is the issuer's name, and where it listens.
	URL string
	// Audience is that of tokens without one of their own.
	Audience string
	// ClientID and ClientSecret are what introspection asks for, and the token endpoint, whose tokens are for
	// the revocation feed alone.
	ClientID, ClientSecret string

	t      TB
	server *httptest.Server
	clock  func() time.Time

	mu      sync.Mutex
	keys    []jose.JSONWebKey // the last one signs
	issued  map[string]Claims // opaque tokens and, for introspection, JWTs
	revoked map[string]bool
	events  []revocation
	news    chan struct{}   // closed when there are more, and when the issuer goes down or ends
	readers map[string]bool // access tokens for the feed
	closed  bool

	down           atomic.Bool
	introspections atomic.Int64
	keyFetches     atomic.Int64
}

// Claims replace and complete those that a token has by default. One that is nil is left out.
type Claims map[string]any

// TB is what an Issuer needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Cleanup(stop func())
	Fatalf(format string, args ...any)
}

// NewIssuer starts an issuer that ends with the test.
func NewIssuer(t TB) *Issuer {
	t.Helper()
	i := &Issuer{
		Audience: Audience, ClientID: "resource-server", ClientSecret: rand.Text(),
		t: t, clock: time.Now, issued: map[string]Claims{}, revoked: map[string]bool{},
		news: make(chan struct{}), readers: map[string]bool{},
	}
	i.addKey()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.metadata)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", i.metadata)
	mux.HandleFunc("GET /jwks", i.keySet)
	mux.HandleFunc("POST /introspect", i.introspect)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /revocations", i.revocations)
	i.server = httptest.NewServer(i.unlessDown(mux))
	t.Cleanup(i.close)
	i.URL = i.server.URL
	return i
}

// close ends the requests that wait for news first: the server waits for them.
func (i *Issuer) close() {
	i.mu.Lock()
	i.closed = true
	i.wake()
	i.mu.Unlock()
	i.server.Close()
}

// SetClock replaces time.Now in the claims of tokens issued from now on, at introspection, and in the
// revocation feed.
func (i *Issuer) SetClock(clock func() time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.clock = clock
}

// SetDown makes the issuer respond with 503 to everything, or ends that.
func (i *Issuer) SetDown(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down.Store(down)
	i.wake()
}

// Introspections returns how many introspection requests there were.
func (i *Issuer) Introspections() int { return int(i.introspections.Load()) }

// KeyFetches returns how often the keys were fetched.
func (i *Issuer) KeyFetches() int { return int(i.keyFetches.Load()) }

// RotateKeys makes a new key, which signs from now on. The former keys stay published, as a provider
// does it until the tokens that they signed have expired. An API fetches them again when a token names
// the new one, unless it just did: package resource waits for its KeysCooldown, 10 s by default and 1 s at
// least, from the fetch at its start on.
func (i *Issuer) RotateKeys() {
	i.t.Helper()
	i.addKey()
}

// WithdrawKeys makes a new key, and publishes no other any more.
func (i *Issuer) WithdrawKeys() {
	i.t.Helper()
	i.addKey()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = i.keys[len(i.keys)-1:]
}

func (i *Issuer) addKey() {
	i.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatalf("resourcetest: make key: %v", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, jose.JSONWebKey{Key: private, KeyID: rand.Text(), Algorithm: string(jose.ES256), Use: "sig"})
}

// complete returns the default claims (RFC 9068 section 2.2) with those of the test.
func (i *Issuer) complete(claims Claims) Claims {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.clock()
	all := Claims{
		"iss": i.URL, "sub": "alice", "aud": i.Audience, "client_id": "test-client",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": rand.Text(),
	}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}
