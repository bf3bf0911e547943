package ownaccount_test

import (
	"crypto/rand"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/ownaccount"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/picture"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const issuer = "https://id.example"

// fixture is the pages over a database, with a clock that the test moves.
type fixture struct {
	t        *testing.T
	store    *storage.Store
	sessions *session.Manager
	web      *websession.Sessions
	gate     *audit.Gate
	routes   *mux.Router
	now      atomic.Pointer[time.Time]
	factors  *factor.Registry
	passkeys *passkey.Registry
}

// newFixture starts with a change of the configuration; nil: none.
func newFixture(t *testing.T, change func(c *ownaccount.Config)) *fixture {
	t.Helper()
	t.Parallel()
	f := &fixture{t: t}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	f.now.Store(&start)
	clock := func() time.Time { return *f.now.Load() }
	f.store = storagetest.SQLite(t, clock)
	f.gate = audit.NewGate(f.store, f.store, (*event.Bus)(nil), clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	signers := keys.NewManager(f.store, ring.Key(keyring.SigningKey), f.gate, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, signers.Ensure(t.Context(), audit.BackgroundJob("test"), keys.ES256))
	f.sessions = session.NewManager(f.store, f.gate, ring.Key(keyring.SessionHash), nil, (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: 8 * time.Hour, Absolute: 24 * time.Hour})
	f.web, err = websession.New(websession.Config{Issuer: issuer, Manager: f.sessions, Seal: ring.Key(keyring.Flow), Devices: ring.Key(keyring.Device), Clock: clock, Random: rand.Reader})
	require.NoError(t, err)
	registry := account.NewRegistry(f.store, f.gate, password.New(rand.Reader, 1), nil, (*event.Bus)(nil), clock, rand.Reader)
	codes := verification.NewCodes(f.store, ring.Key(keyring.Verification), issuer, clock, rand.Reader)
	policy := account.Policy{Open: true, Mail: true, SMS: true}
	people := account.NewSelfService(registry, f.store, f.store, codes, notify.NewOutbox(f.store, clock, rand.Reader), policy)
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	f.factors = factor.NewRegistry(f.store, f.gate, ring.Key(keyring.Factor), registry, (*event.Bus)(nil), "Test", clock, rand.Reader)
	f.passkeys, err = passkey.New(passkey.Config{Issuer: issuer, DisplayName: "Test"}, f.store, f.gate, registry, f.factors, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, err)
	demands := factor.NewSessions(factor.Policy{Roles: []string{"guarded"}}, f.store, clock)
	people.KeepFactors(demands)
	c := ownaccount.Config{
		Factors: f.factors, Passkeys: f.passkeys, Demands: demands,
		Issuer: issuer, Profiles: people, Recovery: people, Deletion: people, Pictures: picture.NewRegistry(f.store, issuer, clock, rand.Reader), Sessions: f.sessions,
		Apps: connected.NewRegistry(f.store, f.gate, clock), Receipts: connected.NewReceipts(f.store, signers, issuer, clock), Scopes: consent.NewCatalogue(f.store, f.gate, clock), Store: f.store,
		Logo: func(string, string) string { return "" }, Policy: policy, Grace: 14 * 24 * time.Hour, AuthorizePath: "/oauth/authorize", LogoutPath: "/oauth/logout", Web: f.web, Pages: set, Clock: clock,
	}
	if change != nil {
		change(&c)
	}
	f.routes = mux.NewRouter()
	for _, line := range ownaccount.New(c).Routes() {
		f.routes.Handle(line.Path, serving(t, line.Handler)).Methods(line.Methods...)
	}
	return f
}

// serving answers an error with its own text, which package handlers does with a page.
func serving(t *testing.T, serve route.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			t.Log(err)
			http.Error(w, err.Error(), http.StatusTeapot)
		}
	})
}

func (f *fixture) advance(d time.Duration) {
	at := f.now.Load().Add(d)
	f.now.Store(&at)
}

// user stores a user.
func (f *fixture) user(name string) *account.User {
	f.t.Helper()
	now := *f.now.Load()
	u := &account.User{
		ID: provider.NewID(now, rand.Reader), Subject: provider.RandomID(rand.Reader).String(), Username: name, PasswordHash: "$argon2id$x", Email: name + "@example.com", EmailVerified: true,
		Roles: []string{}, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(f.t, f.store.CreateUser(f.t.Context(), u))
	return u
}

// browser keeps cookies.
type browser struct {
	*fixture

	cookies map[string]*http.Cookie
}

// signIn is a browser in which a user has just authenticated.
func (f *fixture) signIn(u *account.User) *browser { return f.signInBy(u, session.Password) }

func (f *fixture) signInBy(u *account.User, methods ...string) *browser {
	f.t.Helper()
	b := &browser{f, map[string]*http.Cookie{}}
	w := httptest.NewRecorder()
	_, err := f.web.Begin(w, b.request(http.MethodPost, "/login", http.NoBody), session.Start{User: u, Methods: methods})
	require.NoError(f.t, err)
	b.keep(w)
	return b
}

func (b *browser) request(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(b.t.Context(), method, issuer+path, body)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return r
}

func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.routes.ServeHTTP(w, r)
	b.keep(w)
	return w
}

func (b *browser) open(path string) *httptest.ResponseRecorder {
	return b.send(b.request(http.MethodGet, path, http.NoBody))
}

// post sends a form from a page of this server.
func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	return b.postFrom(issuer, path, form)
}

func (b *browser) postFrom(origin, path string, form url.Values) *httptest.ResponseRecorder {
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
	r := b.request(http.MethodGet, "/account", http.NoBody)
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
	require.Equal(b.t, http.StatusSeeOther, w.Code, w.Body)
	page := b.open(w.Header().Get("Location"))
	require.Equal(b.t, http.StatusOK, page.Code, page.Body)
	return page.Body.String()
}

// value is that of a field of a page.
func value(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, m, name)
	return html.UnescapeString(m[1])
}
