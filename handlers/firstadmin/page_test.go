package firstadmin_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	handlers "github.com/gatehouse-id/gatehouse/handlers/firstadmin"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/firstadmin"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const issuer = "https://id.example"

// browser is at the page of a new installation.
type browser struct {
	t       *testing.T
	store   *storage.Store
	web     *websession.Sessions
	routes  *mux.Router
	cookies map[string]*http.Cookie
	address string
	now     atomic.Pointer[time.Time]
	// outside: the browser is in another network than administrators are.
	outside bool
}

// errOutside is how the console refuses other networks.
var errOutside = errors.New("outside")

func (b *browser) onlyFrom(next route.HandlerFunc) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if b.outside {
			return errOutside
		}
		return next(w, r)
	}
}

// nothingMissing demands no second factor.
type nothingMissing struct{}

func (nothingMissing) Missing(http.ResponseWriter, *http.Request, session.Start, string, error) (bool, error) {
	return false, nil
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	t.Parallel()
	b := &browser{t: t, routes: mux.NewRouter(), cookies: map[string]*http.Cookie{}}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	b.now.Store(&start)
	clock := func() time.Time { return *b.now.Load() }
	b.store = storagetest.SQLite(t, clock)
	gate := audit.NewGate(b.store, b.store, (*event.Bus)(nil), clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), b.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	sessions := session.NewManager(b.store, gate, ring.Key(keyring.SessionHash), nil, (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: time.Hour, Absolute: time.Hour})
	b.web, err = websession.New(websession.Config{Issuer: issuer, Manager: sessions, Seal: ring.Key(keyring.Flow), Devices: ring.Key(keyring.Device), Clock: clock, Random: rand.Reader})
	require.NoError(t, err)
	users := account.NewRegistry(b.store, gate, password.New(rand.Reader, 1), nil, (*event.Bus)(nil), clock, rand.Reader)
	factors := factor.NewRegistry(b.store, gate, ring.Key(keyring.Factor), users, (*event.Bus)(nil), "Test", clock, rand.Reader)
	passkeys, err := passkey.New(passkey.Config{Issuer: issuer, DisplayName: "Test"}, b.store, gate, users, factors, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, err)
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	invitation := firstadmin.New(b.store, gate, users, passkeys, issuer, clock, rand.Reader)
	page := handlers.New(handlers.Config{Invitation: invitation, Factors: nothingMissing{}, OnlyFrom: b.onlyFrom, Next: "/admin", Web: b.web, Pages: set})
	for _, line := range page.Routes() {
		b.routes.HandleFunc(line.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := line.Handler(w, r); err != nil { // which package handlers answers with a page
				http.Error(w, err.Error(), http.StatusTeapot)
			}
		}).Methods(line.Methods...)
	}
	address, _, err := invitation.Invite(t.Context(), audittest.Operator())
	require.NoError(t, err)
	b.address = strings.TrimPrefix(address, issuer)
	return b
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	r = r.WithContext(canonical.With(r.Context(), &canonical.Line{}))
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.routes.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c
	}
	return w
}

func (b *browser) get() *httptest.ResponseRecorder {
	return b.send(httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, issuer+b.address, http.NoBody))
}

// post sends the form of a page with some more values.
func (b *browser) post(page string, values map[string]string) *httptest.ResponseRecorder {
	return b.postFrom(issuer, page, values)
}

func (b *browser) postFrom(origin, page string, values map[string]string) *httptest.ResponseRecorder {
	form := url.Values{}
	for _, input := range regexp.MustCompile(`<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?`).FindAllStringSubmatch(page, -1) {
		form.Set(input[1], html.UnescapeString(input[2]))
	}
	for name, value := range values {
		form.Set(name, value)
	}
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, issuer+firstadmin.Path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", origin)
	return b.send(r)
}

// request is one with the cookies of the browser.
func (b *browser) request(method, path string) *http.Request {
	r := httptest.NewRequestWithContext(b.t.Context(), method, issuer+path, http.NoBody)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return r
}

// signedIn is who is signed in, in the browser.
func (b *browser) signedIn() *account.User {
	b.t.Helper()
	s, err := b.web.Current(b.request(http.MethodGet, "/"))
	require.NoError(b.t, err)
	require.NotNil(b.t, s)
	return s.User
}

func TestFirstAdministratorWithAPassword(t *testing.T) {
	b := newBrowser(t)
	page := b.get()
	require.Equal(t, http.StatusOK, page.Code)
	assert.Equal(t, http.StatusOK, b.get().Code, "who looks uses nothing up")
	w := b.post(page.Body.String(), map[string]string{"username": "x", "email": `"><script>`, "password": "short"})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	for _, field := range []string{"username", "email"} {
		assert.Contains(t, w.Body.String(), `id="`+field+`-problem"`)
	}
	assert.NotContains(t, w.Body.String(), "<script>\"")
	w = b.post(w.Body.String(), map[string]string{"username": "root", "email": "", "password": ""})
	assert.Contains(t, w.Body.String(), `id="password-problem"`)
	w = b.post(w.Body.String(), map[string]string{"username": "root", "email": "", "password": "through-the-glass"})
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	assert.Equal(t, "/admin", w.Header().Get("Location"))
	assert.Equal(t, []string{account.RoleAdmin}, b.signedIn().Roles)

	assert.Equal(t, http.StatusNotFound, b.get().Code)
	w = b.post(page.Body.String(), map[string]string{"username": "mallory", "password": "through-the-glass"})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), "gatehouse admin invite")
}

func TestFirstAdministratorWithAPasskey(t *testing.T) {
	b := newBrowser(t)
	page := b.get().Body.String()
	w := b.post(page, map[string]string{"use": "passkey", "username": "x"})
	assert.Contains(t, w.Body.String(), `id="username-problem"`)
	asked := b.post(page, map[string]string{"use": "passkey", "username": "root"})
	require.Equal(t, http.StatusOK, asked.Code)
	options := html.UnescapeString(regexp.MustCompile(`data-create="([^"]+)"`).FindStringSubmatch(asked.Body.String())[1])
	require.True(t, json.Valid([]byte(options)))
	assert.Equal(t, http.StatusOK, b.get().Code, "nothing is used up before the passkey is there")
	a := passkeytest.New(issuer)
	a.Flags = passkeytest.UserPresent
	response, err := a.Create([]byte(options))
	require.NoError(t, err)
	w = b.post(asked.Body.String(), map[string]string{"response": string(response)})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code, "a passkey that signs nobody in alone")
	w = b.post(asked.Body.String(), map[string]string{"response": string(response), "ceremony": "x"})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="problem"`)
	a.Flags |= passkeytest.UserVerified
	response, err = a.Create([]byte(options))
	require.NoError(t, err)
	w = b.post(asked.Body.String(), map[string]string{"response": string(response)})
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	assert.Equal(t, "/recovery-codes?next=%2Fadmin", w.Header().Get("Location"))
	shown := b.web.TakeCodes(httptest.NewRecorder(), b.request(http.MethodGet, "/recovery-codes"), b.signedIn().ID)
	assert.NotEmpty(t, shown)
	assert.Equal(t, []any{"root", ""}, []any{b.signedIn().Username, b.signedIn().PasswordHash})
}

func TestFirstAdministratorIsRefused(t *testing.T) {
	b := newBrowser(t)
	page := b.get().Body.String()
	values := map[string]string{"username": "root", "password": "through-the-glass"}
	assert.Equal(t, http.StatusTeapot, b.postFrom("https://evil.example", page, values).Code, "a form of another site")
	b.outside = true
	assert.Equal(t, http.StatusTeapot, b.post(page, values).Code, "from another network")
	assert.Equal(t, http.StatusTeapot, b.get().Code)
	b.outside = false
	values["token"] = "guessed"
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(page, values).Code)
	delete(values, "token")
	later := b.now.Load().Add(firstadmin.Lifetime)
	b.now.Store(&later)
	assert.Equal(t, http.StatusNotFound, b.get().Code)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(page, values).Code, "the page was open for too long")
	users, err := b.store.Users(t.Context(), account.Filter{}, 5)
	require.NoError(t, err)
	assert.Empty(t, users)
}
