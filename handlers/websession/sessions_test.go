package websession_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
)

const issuer = "https://id.example"

type fixture struct {
	*websession.Sessions

	user    *account.User
	manager *session.Manager
	now     time.Time
	cookies map[string]*http.Cookie
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), cookies: map[string]*http.Cookie{}}
	clock := func() time.Time { return f.now }
	store, err := storage.Open(t.Context(), storage.Options{URL: "sqlite://" + filepath.Join(t.TempDir(), "test.db"), Clock: clock, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	_, err = store.Migrate(t.Context())
	require.NoError(t, err)
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	f.manager = session.NewManager(store, nil, ring.Key(keyring.SessionHash), (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: time.Hour, Absolute: 24 * time.Hour})
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
	s, err := f.Begin(w, f.request(t.Context(), ""), f.user, []string{session.Password}, remember)
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

// Only pages of this server submit its forms, in the browser that showed them.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := httptest.NewRecorder()
	sealed := f.Seal(w, f.request(t.Context(), ""), []byte("page"))
	f.keep(w)
	other := newFixture(t)
	foreign := other.Seal(httptest.NewRecorder(), other.request(t.Context(), ""), []byte("page"))
	for name, tc := range map[string]struct {
		origin, site, page string
		withoutCookie      bool
		accepted           bool
	}{
		"own page": {origin: issuer, site: "same-origin", accepted: true},
		"own page in a browser without fetch data": {origin: issuer, accepted: true},
		"no browser":                                {accepted: true},
		"another site":                              {origin: "https://evil.example", site: "cross-site"},
		"another site with a page of its own":       {origin: "https://evil.example", site: "cross-site", page: sealed},
		"another host of the domain":                {origin: "https://www.id.example", site: "same-site"},
		"origin withheld, own page":                 {origin: "null", page: sealed, accepted: true},
		"origin withheld, nothing sealed":           {origin: "null"},
		"origin withheld, sealed by another server": {origin: "null", page: foreign},
		"origin withheld, another browser":          {origin: "null", page: sealed, withoutCookie: true},
		"a frame of another site":                   {origin: "null", site: "cross-site", page: sealed},
	} {
		r := f.request(t.Context(), url.Values{"page": {tc.page}, "username": {"alice"}}.Encode())
		if tc.withoutCookie {
			r.Header.Del("Cookie")
		}
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		form, err := f.ReadForm(r, func(form url.Values) bool {
			_, err := f.Open(r, form.Get("page"))
			return err == nil
		})
		if tc.accepted {
			require.NoError(t, err, name)
			assert.Equal(t, "alice", form.Get("username"), name)
			continue
		}
		var refused *refusal.Refusal
		require.ErrorAs(t, err, &refused, name)
		assert.Equal(t, refusal.CheckCrossSite, refused.Check, name)
	}
}

func TestIssuersThatAreNoOriginAreRefused(t *testing.T) {
	t.Parallel()
	_, err := websession.New(websession.Config{Issuer: "https://id.example/path"})
	assert.Error(t, err)
}
