package websession_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const issuer = "https://id.example"

type fixture struct {
	*websession.Sessions

	store   *storage.Store
	user    *account.User
	manager *session.Manager
	now     time.Time
	cookies map[string]*http.Cookie
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), cookies: map[string]*http.Cookie{}}
	clock := func() time.Time { return f.now }
	store := storagetest.SQLite(t, clock)
	f.store = store
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	gate := audit.NewGate(store, store, (*event.Bus)(nil), clock, rand.Reader)
	f.manager = session.NewManager(store, gate, ring.Key(keyring.SessionHash), nil, (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: time.Hour, Absolute: 24 * time.Hour})
	f.user = &account.User{ID: provider.NewID(f.now, rand.Reader), Subject: "s", Username: "alice", CreatedAt: f.now, UpdatedAt: f.now}
	require.NoError(t, store.CreateUser(t.Context(), f.user))
	f.Sessions, err = websession.New(websession.Config{
		Issuer: issuer, Manager: f.manager, Seal: ring.Key(keyring.Flow), Devices: ring.Key(keyring.Device), Clock: clock, Random: rand.Reader,
	})
	require.NoError(t, err)
	return f
}

func (f *fixture) request(ctx context.Context, body string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, issuer+"/login", strings.NewReader(body))
	r.Header.Set("Content-Type", wire.FormType)
	for _, c := range f.cookies {
		r.AddCookie(c)
	}
	return r
}

// keep does what a browser does with the cookies of a response.
func (f *fixture) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(f.cookies, c.Name)
			continue
		}
		f.cookies[c.Name] = c
	}
}

func (f *fixture) begin(t *testing.T, remember bool) *session.Session {
	t.Helper()
	w := httptest.NewRecorder()
	s, err := f.Begin(w, f.request(t.Context(), ""), session.Start{User: f.user, Methods: []string{session.Password}, Keep: remember})
	require.NoError(t, err)
	f.keep(w)
	return s
}

func TestABrowserIsSignedInUntilItsSessionIsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	current := func() *session.Session {
		s, err := f.Current(f.request(t.Context(), ""))
		require.NoError(t, err)
		return s
	}
	assert.Nil(t, current(), "without a cookie")
	assert.False(t, f.Presented(f.request(t.Context(), "")))

	first := f.begin(t, false)
	cookie := f.cookies["__Host-gatehouse_session"]
	require.NotNil(t, cookie)
	assert.Zero(t, cookie.MaxAge, "until the browser is closed")
	assert.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode && cookie.Domain == "" && cookie.Path == "/")
	assert.Equal(t, first.ID, current().ID)
	assert.Len(t, f.Devices(f.request(t.Context(), "")), 1)

	second := f.begin(t, true)
	assert.Equal(t, 24*60*60, f.cookies["__Host-gatehouse_session"].MaxAge)
	assert.NotEqual(t, cookie.Value, f.cookies["__Host-gatehouse_session"].Value, "no session is kept across a sign-in (session fixation)")
	assert.Equal(t, second.ID, current().ID)
	kept := f.cookies["__Host-gatehouse_session"]
	f.cookies["__Host-gatehouse_session"] = cookie
	assert.Nil(t, current(), "the replaced session")

	f.cookies = map[string]*http.Cookie{"gatehouse_session": {Name: "gatehouse_session", Value: kept.Value}}
	assert.Nil(t, current(), "a cookie that another host of the domain could set")
	f.cookies = map[string]*http.Cookie{kept.Name: {Name: kept.Name, Value: kept.Value + "x"}}
	assert.Nil(t, current(), "a changed cookie")
	f.cookies = map[string]*http.Cookie{kept.Name: kept}
	f.now = f.now.Add(time.Hour)
	assert.Nil(t, current(), "an idle session")

	w := httptest.NewRecorder()
	f.Forget(w)
	f.keep(w)
	assert.Empty(t, f.cookies)
}

// Without a sign-in there is no cookie, and a failure is not mistaken for a browser without a session.
func TestFailedSignInsLeaveTheBrowserAsItWas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.begin(t, false)
	authenticated := *f.user
	f.user.PasswordHash = "changed in the meantime"
	require.NoError(t, f.store.UpdateUser(t.Context(), f.user))
	w := httptest.NewRecorder()
	_, err := f.Begin(w, f.request(t.Context(), ""), session.Start{User: &authenticated, Methods: []string{session.Password}, Keep: true})
	require.ErrorIs(t, err, provider.ErrStale)
	assert.Empty(t, w.Result().Cookies())

	require.NoError(t, f.store.Close())
	current, err := f.Current(f.request(t.Context(), ""))
	require.Error(t, err)
	assert.Nil(t, current)
	_, err = f.Begin(w, f.request(t.Context(), ""), session.Start{User: f.user, Methods: []string{session.Password}, Keep: true})
	require.Error(t, err)
	assert.Empty(t, w.Result().Cookies())
}

// Over plain http browsers accept no __Host- cookies; the server must not read them either.
func TestCookiesOverPlainHTTPHaveNoPrefix(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var err error
	f.Sessions, err = websession.New(websession.Config{
		Issuer: "http://localhost:8080", Manager: f.manager, Seal: f.Config.Seal, Devices: f.Config.Devices, Clock: f.Clock, Random: rand.Reader,
	})
	require.NoError(t, err)
	f.begin(t, false)
	f.FormToken(httptest.NewRecorder(), f.request(t.Context(), ""))
	cookie := f.cookies["gatehouse_session"]
	require.NotNil(t, cookie)
	assert.False(t, cookie.Secure)
	assert.True(t, cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode && cookie.Domain == "" && cookie.Path == "/")
	f.cookies = map[string]*http.Cookie{cookie.Name: cookie}
	assert.True(t, f.Presented(f.request(t.Context(), "")))
	f.cookies = map[string]*http.Cookie{"__Host-gatehouse_session": {Name: "__Host-gatehouse_session", Value: cookie.Value}}
	assert.False(t, f.Presented(f.request(t.Context(), "")))
}

func TestIssuersThatAreNoOriginAreRefused(t *testing.T) {
	t.Parallel()
	_, err := websession.New(websession.Config{Issuer: "https://id.example/path"})
	assert.Error(t, err)
}
