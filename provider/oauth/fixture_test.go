package oauth_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const issuer = "https://id.example.test"

var cc = []client.GrantType{client.ClientCredentials}

// fixture is the protocol over a real database, with a clock that the test sets.
type fixture struct {
	t          *testing.T
	provider   *oauth.Provider
	ring       *keyring.Ring
	domain     oauth.Domain
	hasher     *password.Hasher
	fetches    *fetches
	users      *account.Registry
	sessions   *session.Manager
	lifetimes  grant.Lifetimes
	events     eventCounts
	imported   *grant.ImportedTokens
	idTokens   *oauth.IDTokens
	answers    *oauth.Answers
	issuer     *grant.Issuer
	codes      *grant.Codes
	store      *storage.Store
	scopes     *consent.Known
	keys       *keys.Manager
	gate       *audit.Gate
	registry   *client.Registry
	directory  *client.Directory
	statements atomic.Int64
	now        atomic.Pointer[time.Time]
}

// eventCounts counts events by name.
type eventCounts struct{ counts sync.Map }

func (h *eventCounts) Add(name string) {
	count, _ := h.counts.LoadOrStore(name, new(atomic.Int64))
	count.(*atomic.Int64).Add(1)
}

func (h *eventCounts) Count(name string) int64 {
	count, ok := h.counts.Load(name)
	if !ok {
		return 0
	}
	return count.(*atomic.Int64).Load()
}

// fetches takes the place of the clients' servers.
type fetches struct {
	mu    sync.Mutex
	body  []byte
	err   error
	count int
}

func (f *fetches) Get(context.Context, string, string, int64) (outbound.Fetched, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	return outbound.Fetched{Body: f.body, MediaType: "application/json"}, f.err
}

func (f *fetches) set(body []byte, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.body, f.err = body, err
}

func (f *fetches) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	h := &fixture{t: t}
	h.advanceTo(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	clock := func() time.Time { return *h.now.Load() }
	store, err := storage.Open(t.Context(), storage.Options{
		URL: storagetest.SQLiteURL(t), Clock: clock,
		Log: slog.New(slog.DiscardHandler), Statements: func(ctx context.Context, _ string) (context.Context, func(error)) {
			h.statements.Add(1)
			return ctx, func(error) {}
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	h.ring = ring
	h.gate = audit.NewGate(store, store, (*event.Bus)(nil), clock, rand.Reader)
	h.keys = keys.NewManager(store, ring.Key(keyring.SigningKey), h.gate, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, h.keys.Ensure(t.Context(), audittest.Operator(), keys.ES256, keys.EdDSA))

	secrets := client.NewSecrets(password.New(rand.Reader, 2), ring.Key(keyring.ClientSecret), rand.Reader)
	h.hasher, h.fetches = password.New(rand.Reader, 2), &fetches{}
	h.registry = client.NewRegistry(store, h.gate, secrets, clock, rand.Reader).WithSectors(client.NewSectors(h.fetches, clock))
	subjects, err := oauth.NewSubjects(ring.Key(keyring.PairwiseSubject))
	require.NoError(t, err)
	clientKeys := oauth.NewClientKeys(h.fetches, clock)
	h.answers = oauth.NewAnswers(subjects, h.keys, clientKeys)
	directory := client.NewDirectory(store, nil)
	h.directory = directory
	events := event.NewBus(func(_ context.Context, e event.Event) { h.events.Add(e.Name()) })
	assertions := oauth.NewAssertions(clientKeys, secrets, store, clock, true, issuer, issuer+"/oauth/token")
	authenticator := oauth.NewAuthenticator(directory, secrets, client.NewUpgrades(secrets, store, directory, events), assertions, clock)
	hash := ring.Key(keyring.TokenHash)
	h.lifetimes = grant.DefaultLifetimes()
	h.imported = grant.NewImportedTokens(store, ring.Key(keyring.ImportedSecret))
	inspector := grant.NewInspector(store, h.gate, hash, h.keys, events, clock, h.lifetimes.SessionIdle, h.imported)
	tokens := grant.NewIssuer(store, hash, oauth.NewMinter(h.keys, store, subjects, issuer), events, h.gate, clock, rand.Reader, h.lifetimes)
	h.store = store
	h.scopes = consent.NewKnown(store)
	h.issuer, h.codes = tokens, grant.NewCodes(store, store, tokens)
	h.idTokens = oauth.NewIDTokens(h.keys, store, h.scopes, h.answers, issuer, clock, time.Hour)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	signIn := account.NewSignIn(store, nil, h.hasher, ratelimit.NewSignIn(ratelimit.NewMemory(clock), table), events)
	h.users = account.NewRegistry(store, h.gate, h.hasher, nil, events, clock, rand.Reader)
	h.sessions = session.NewManager(store, h.gate, ring.Key(keyring.SessionHash), nil, events, clock, rand.Reader, session.Lifetimes{Idle: 8 * time.Hour, Absolute: 7 * 24 * time.Hour})
	h.domain = oauth.Domain{
		Authenticator: authenticator, Clients: directory, Codes: h.codes, Issuer: tokens, Tokens: inspector, IDTokens: h.idTokens,
		Refresh: grant.NewRefresher(store, store, tokens, ring.Key(keyring.RefreshSuccessor), h.imported),
		Users:   store, Consents: store, Audit: h.gate, Scopes: h.scopes, SignIn: signIn, Factors: factor.NewSessions(factor.Policy{Roles: []string{"guarded"}}, store, clock), Transactions: store, Clock: clock,
	}
	h.provider, err = oauth.New(oauth.Settings{
		Issuer: issuer, SharedKeys: true,
		Paths: oauth.Paths{Authorization: "/oauth/authorize", Token: "/oauth/token", UserInfo: "/oauth/userinfo"},
	}, h.domain)
	require.NoError(t, err)
	return h
}

func (h *fixture) advanceTo(at time.Time) { h.now.Store(&at) }

func (h *fixture) advance(d time.Duration) { h.advanceTo(h.now.Load().Add(d)) }

// client registers a client and returns its secret.
func (h *fixture) client(c client.Client) string {
	h.t.Helper()
	return h.clientWithSecret(c, "")
}

func (h *fixture) clientWithSecret(c client.Client, secret string) string {
	h.t.Helper()
	secret, err := h.registry.Create(h.t.Context(), audittest.Operator(), &c, secret)
	require.NoError(h.t, err)
	return secret
}

func (h *fixture) issue(id, secret string, form url.Values) string {
	h.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("grant_type", "client_credentials")
	answer, err := h.provider.Token(h.t.Context(), basic(id, secret, form))
	require.NoError(h.t, err)
	return answer.Parameters["access_token"].(string)
}

func (h *fixture) active(id, secret, text string) bool {
	h.t.Helper()
	got, err := h.provider.Introspect(h.t.Context(), basic(id, secret, url.Values{"token": {text}}))
	require.NoError(h.t, err)
	return got.Active
}

// request is a call with a form, without credentials.
func request(form url.Values) *oauth.Call {
	return &oauth.Call{Form: form, Origin: "192.0.2.1/32"}
}

func basic(id, secret string, form url.Values) *oauth.Call {
	call := request(form)
	call.Authorization = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))}
	return call
}

// assertRefused checks the code of a refusal, any when code is empty.
func assertRefused(t *testing.T, err error, code string) *refusal.Refusal {
	t.Helper()
	var r *refusal.Refusal
	require.ErrorAs(t, err, &r)
	if code != "" {
		assert.Equal(t, refusal.Code(code), r.Code, r.Error())
	}
	return r
}

// approve approves a request and returns the code.
func (h *fixture) approve(ctx context.Context, f oauth.Flow, s *session.Session, remember bool) (string, error) {
	decision := oauth.NotAsked
	if remember {
		decision = oauth.AgreedForLater
	}
	answer, err := h.provider.Approve(ctx, f, s, decision)
	return answer.Get("code"), err
}
