package console_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	itself "github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const issuer = "https://id.example"

// fixture is the console over a database, with a clock that the test moves.
type fixture struct {
	t         *testing.T
	store     *storage.Store
	sessions  *session.Manager
	web       *websession.Sessions
	gate      *audit.Gate
	factors   *factor.Registry
	users     *account.Registry
	codes     *verification.Codes
	catalogue *consent.Catalogue
	scopes    *consent.Known
	routes    *mux.Router
	lines     []route.Route
	console   *console.Console
	now       atomic.Pointer[time.Time]
	clients   *client.Registry
	issuer    *grant.Issuer
	keys      *keys.Manager
	answers   *oauth.Answers
	records   *refusal.Recorder
	webhooks  *webhook.Registry
	limiter   *ratelimit.Memory
	auditKeys *chain.Keys
	verified  *chain.Verifications
	// statements counts those of all requests.
	statements atomic.Int64
}

// newFixture starts with a change of the configuration; nil: none.
func newFixture(t *testing.T, change func(c *console.Config)) *fixture {
	t.Helper()
	t.Parallel()
	f := &fixture{t: t}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	f.now.Store(&start)
	clock := func() time.Time { return *f.now.Load() }
	f.store = f.open(clock)
	f.gate = audit.NewGate(f.store, f.store, (*event.Bus)(nil), clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	f.sessions = session.NewManager(f.store, f.gate, ring.Key(keyring.SessionHash), nil, (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: 8 * time.Hour, Absolute: 24 * time.Hour})
	f.web, err = websession.New(websession.Config{Issuer: issuer, Manager: f.sessions, Seal: ring.Key(keyring.Flow), Devices: ring.Key(keyring.Device), Clock: clock, Random: rand.Reader})
	require.NoError(t, err)
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	f.users = account.NewRegistry(f.store, f.gate, password.New(rand.Reader, 1), nil, (*event.Bus)(nil), clock, rand.Reader)
	f.factors = factor.NewRegistry(f.store, f.gate, ring.Key(keyring.Factor), f.users, (*event.Bus)(nil), "Test", clock, rand.Reader)
	passkeys, err := passkey.New(passkey.Config{Issuer: issuer, DisplayName: "Test"}, f.store, f.gate, f.users, f.factors, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, err)
	f.auditKeys = chain.NewKeys(f.store, ring.Key(keyring.AuditKey), clock, rand.Reader)
	f.verified = chain.NewVerifications(f.store, f.auditKeys, clock, rand.Reader)
	tokenHash := ring.Key(keyring.TokenHash)
	f.keys = keys.NewManager(f.store, ring.Key(keyring.SigningKey), f.gate, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, f.keys.Ensure(t.Context(), audit.BackgroundJob("test"), keys.ES256))
	subjects, err := oauth.NewSubjects(ring.Key(keyring.PairwiseSubject))
	require.NoError(t, err)
	f.answers = oauth.NewAnswers(subjects, f.keys, nil)
	f.issuer = grant.NewIssuer(f.store, tokenHash, nil, (*event.Bus)(nil), f.gate, clock, rand.Reader, grant.DefaultLifetimes())
	imported := grant.NewImportedTokens(f.store, ring.Key(keyring.ImportedSecret))
	f.records = refusal.NewRecorder(ring.Key(keyring.ErrorRecord))
	f.clients = client.NewRegistry(f.store, f.gate, client.NewSecrets(password.New(rand.Reader, 1), ring.Key(keyring.ClientSecret), rand.Reader), clock, rand.Reader)
	f.codes = verification.NewCodes(f.store, ring.Key(keyring.Verification), issuer, clock, rand.Reader)
	people := account.NewSelfService(f.users, f.store, f.store, f.codes, notify.NewOutbox(f.store, clock, rand.Reader), account.Policy{Open: true, Invitations: true, Mail: true, SMS: true})
	f.catalogue = consent.NewCatalogue(f.store, f.gate, clock)
	f.webhooks = webhook.NewRegistry(f.store, f.gate, ring.Key(keyring.Webhook), func(host string) bool { return host == "localhost" }, clock, rand.Reader)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	f.limiter = ratelimit.NewMemory(clock)
	c := console.Config{
		Clients: f.store, Tokens: grant.NewInspector(f.store, f.gate, tokenHash, f.keys, (*event.Bus)(nil), clock, 8*time.Hour, imported),
		Consents: consent.NewRegistry(f.store, f.store, f.store, f.gate, clock), Keys: f.keys, DataKeys: ring, State: f.store,
		KeySchedule: console.KeySchedule{Kept: 5 * time.Minute, Every: 90 * 24 * time.Hour, Ahead: time.Hour},
		Refusals:    f.records, Checks: refusal.NewCatalogue(refusal.Limits{}),
		Foresight: f.foresight(clock), Scopes: f.catalogue, ScopeUses: f.store, Roles: f.store,
		Users: f.store, Accounts: f.users, SecondFactors: f.factors, Passkeys: passkeys, Sessions: f.sessions, Apps: connected.NewRegistry(f.store, f.gate, clock), Audit: f.store, Exports: f.gate, Verifications: f.verified, Imports: f.store, Usernames: f.store,
		Invitations: account.NewInvitations(people), Recovery: people, Policy: people.Policy(),
		Factors: factor.NewSessions(factor.Policy{Roles: []string{"guarded"}}, f.store, clock), Figures: f.store,
		Together: f.store, Repeats: idempotency.NewKeys(f.store, f.store, ring.Key(keyring.Idempotency), clock), Registry: f.clients, Catalogue: f.catalogue,
		Provider: settings.Provider{Name: "Test", Issuer: issuer, Authorization: issuer + "/oauth/authorize", Token: issuer + "/oauth/token"},
		Webhooks: f.webhooks, Policies: table, Budgets: ratelimit.NewBudgets(table, f.limiter, f.gate, f.store, f.users), Messages: f.store, Channels: []notify.Channel{notify.Mail},
		SelfRegistration: itself.WithToken, RegistrationTokens: itself.NewInitialTokens(f.store, f.gate, clock, rand.Reader), Registrations: f.store, Logouts: logout.NewRegistry(f.store, f.gate, clock),
		LogoutPath: "/oauth/logout", Web: f.web, Pages: set, Clock: clock, Random: rand.Reader,
	}
	if change != nil {
		change(&c)
	}
	pages, err := console.New(c)
	require.NoError(t, err)
	f.console, f.lines = pages, pages.Routes()
	f.routes = mux.NewRouter().UseEncodedPath().SkipClean(true) // as package handlers
	for _, line := range f.lines {
		f.routes.HandleFunc(line.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := line.Handler(w, r); err != nil { // which package handlers answers with a page
				t.Log(err)
				w.Header().Set("Check", string(refusal.Of(err).Check))
				http.Error(w, err.Error(), http.StatusTeapot)
			}
		}).Methods(line.Methods...)
	}
	return f
}

// foresight is the protocol, as far as it is asked what would happen.
func (f *fixture) foresight(clock provider.Clock) *oauth.Provider {
	f.t.Helper()
	f.scopes = consent.NewKnown(f.store)
	p, err := oauth.New(oauth.Settings{Issuer: issuer, Paths: oauth.Paths{Authorization: "/oauth/authorize", Token: "/oauth/token", UserInfo: "/oauth/userinfo"}}, oauth.Domain{
		Clients: f.store, IDTokens: oauth.NewIDTokens(f.keys, f.store, f.scopes, f.answers, issuer, clock, time.Hour), Users: f.store, Consents: f.store, Audit: f.gate,
		Scopes: f.scopes, Factors: factor.NewSessions(factor.Policy{Roles: []string{"guarded"}}, f.store, clock), Transactions: f.store, Clock: clock,
	})
	require.NoError(f.t, err)
	return p
}

// open is a database whose statements are counted.
func (f *fixture) open(clock provider.Clock) *storage.Store {
	f.t.Helper()
	store, err := storage.Open(f.t.Context(), storage.Options{
		URL: storagetest.SQLiteURL(f.t), Clock: clock, Log: slog.New(slog.DiscardHandler),
		Statements: func(ctx context.Context, _ string) (context.Context, func(error)) {
			f.statements.Add(1)
			return ctx, func(error) {}
		},
	})
	require.NoError(f.t, err)
	f.t.Cleanup(func() { _ = store.Close() })
	return store
}

// user stores a user with roles.
func (f *fixture) user(name string, roles ...string) *account.User {
	f.t.Helper()
	now := *f.now.Load()
	u := &account.User{
		ID: provider.NewID(now, rand.Reader), Subject: provider.RandomID(rand.Reader).String(), Username: name, PasswordHash: "$argon2id$x", Email: name + "@example.com", EmailVerified: true,
		Roles: append([]string{}, roles...), CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(f.t, f.store.CreateUser(f.t.Context(), u))
	return u
}

// browser keeps cookies.
type browser struct {
	*fixture

	cookies map[string]*http.Cookie
	// address is where it is.
	address string
}

// signIn is a browser in which a user has authenticated.
func (f *fixture) signIn(u *account.User) *browser { return f.signInBy(u, session.Password) }

func (f *fixture) signInBy(u *account.User, methods ...string) *browser {
	f.t.Helper()
	b := &browser{f, map[string]*http.Cookie{}, "192.0.2.1"}
	w := httptest.NewRecorder()
	_, err := f.web.Begin(w, b.request(http.MethodPost, "/login", http.NoBody), session.Start{User: u, Methods: methods})
	require.NoError(f.t, err)
	b.keep(w)
	return b
}

func (b *browser) request(method, target string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(b.t.Context(), method, issuer+target, body)
	line := &canonical.Line{ClientAddress: netip.MustParseAddr(b.address)}
	r = r.WithContext(canonical.With(r.Context(), line))
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return r
}

func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c
	}
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.routes.ServeHTTP(w, r)
	b.keep(w)
	return w
}

// get opens a page, and every page is to take few statements.
func (b *browser) get(path string) *httptest.ResponseRecorder {
	b.t.Helper()
	before := b.statements.Load()
	w := b.send(b.request(http.MethodGet, path, http.NoBody))
	require.LessOrEqual(b.t, b.statements.Load()-before, int64(mostStatements), "statements of %s", path)
	return w
}

// mostStatements is how many a page may take.
const mostStatements = 12

// post sends a form from a page of this server.
func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	return b.postFrom(issuer, path, form)
}

func (b *browser) postFrom(origin, path string, form url.Values) *httptest.ResponseRecorder {
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	if origin == issuer && !form.Has("page") {
		form.Set("page", b.token())
	}
	r := b.request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", origin)
	return b.send(r)
}

// token is that of the forms of the user who is signed in; empty: nobody is.
func (b *browser) token() string {
	b.t.Helper()
	r := b.request(http.MethodGet, "/admin", http.NoBody)
	s, err := b.web.Current(r)
	require.NoError(b.t, err)
	if s == nil {
		return ""
	}
	w := httptest.NewRecorder()
	token := b.web.UserToken(w, r, s.User.ID)
	b.keep(w)
	return token
}

// done is the page that a form leads to.
func (b *browser) done(w *httptest.ResponseRecorder) string {
	b.t.Helper()
	page := b.get(location(b.t, w))
	require.Equal(b.t, http.StatusOK, page.Code, page.Body)
	return page.Body.String()
}
