package browser

import (
	"crypto/rand"
	"encoding/base64"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const testIssuer = "https://id.example"

// enrolling is a browser at the page for new factors, over a database, with a clock that the test moves.
type enrolling struct {
	*Browser

	t       *testing.T
	store   *storage.Store
	now     time.Time
	cookies map[string]*http.Cookie
}

func newEnrolling(t *testing.T) *enrolling {
	t.Helper()
	t.Parallel()
	e := &enrolling{t: t, now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), cookies: map[string]*http.Cookie{}}
	clock := provider.Clock(func() time.Time { return e.now })
	e.store = storagetest.SQLite(t, clock)
	gate := audit.NewGate(e.store, e.store, (*event.Bus)(nil), clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), e.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	manager := session.NewManager(e.store, gate, ring.Key(keyring.SessionHash), nil, (*event.Bus)(nil), clock, rand.Reader, session.Lifetimes{Idle: 8 * time.Hour, Absolute: 24 * time.Hour})
	web, err := websession.New(websession.Config{Issuer: testIssuer, Manager: manager, Seal: ring.Key(keyring.Flow), Devices: ring.Key(keyring.Device), Clock: clock, Random: rand.Reader})
	require.NoError(t, err)
	registry := account.NewRegistry(e.store, gate, nil, nil, (*event.Bus)(nil), clock, rand.Reader)
	codes := verification.NewCodes(e.store, ring.Key(keyring.Verification), testIssuer, clock, rand.Reader)
	account.NewSelfService(registry, e.store, e.store, codes, notify.NewOutbox(e.store, clock, rand.Reader), account.Policy{Mail: true})
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	apps := factor.NewRegistry(e.store, gate, ring.Key(keyring.Factor), registry, (*event.Bus)(nil), testIssuer, clock, rand.Reader)
	keys, err := passkey.New(passkey.Config{Issuer: testIssuer, DisplayName: "Test"}, e.store, gate, registry, apps, (*event.Bus)(nil), clock, rand.Reader)
	require.NoError(t, err)
	e.Browser = New(Config{
		Issuer: testIssuer, Web: web, Users: e.store, Factors: factor.NewSessions(factor.Policy{}, e.store, clock), Passkeys: keys, Pages: set, Clock: clock, Apps: apps, Mails: apps,
	})
	return e
}

func (e *enrolling) advance(d time.Duration) { e.now = e.now.Add(d) }

// signIn has a new user sign in.
func (e *enrolling) signIn(name string) *account.User {
	e.t.Helper()
	u := &account.User{ID: provider.NewID(e.now, rand.Reader), Subject: name, Username: name, PasswordHash: "$argon2id$x", Roles: []string{}, CreatedAt: e.now, UpdatedAt: e.now}
	require.NoError(e.t, e.store.CreateUser(e.t.Context(), u))
	e.signInAgain(u)
	return u
}

func (e *enrolling) signInAgain(u *account.User) {
	e.t.Helper()
	w := httptest.NewRecorder()
	_, err := e.Web.Begin(w, e.request(http.MethodPost, "/login", ""), session.Start{User: u, Methods: []string{session.Password}})
	require.NoError(e.t, err)
	e.keep(w)
}

func (e *enrolling) request(method, path, body string) *http.Request {
	r := httptest.NewRequestWithContext(e.t.Context(), method, testIssuer+path, strings.NewReader(body))
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	for _, c := range e.cookies {
		r.AddCookie(c)
	}
	return r
}

func (e *enrolling) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		e.cookies[c.Name] = c
	}
}

const ownFactors = "/account/security/factors"

// page is the page for new factors.
func (e *enrolling) page() string {
	e.t.Helper()
	w := httptest.NewRecorder()
	require.NoError(e.t, e.ServeSetUpPage(w, e.request(http.MethodGet, "/set-up?next="+ownFactors, "")))
	require.Equal(e.t, http.StatusOK, w.Code, w.Header())
	e.keep(w)
	return w.Body.String()
}

func (e *enrolling) post(form url.Values) *httptest.ResponseRecorder {
	e.t.Helper()
	return e.postTo("/set-up", e.ServeSetUp, form)
}

func (e *enrolling) postTo(path string, serve route.HandlerFunc, form url.Values) *httptest.ResponseRecorder {
	e.t.Helper()
	form.Set("next", ownFactors)
	r := e.request(http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", testIssuer)
	w := httptest.NewRecorder()
	require.NoError(e.t, serve(w, r))
	e.keep(w)
	return w
}

// app is the form of a page with the code that its app shows now, or with a wrong one.
func (e *enrolling) app(page string, right bool) url.Values {
	e.t.Helper()
	at := e.now
	if !right {
		at = at.Add(time.Hour)
	}
	return url.Values{"proposal": {field(e.t, page, `name="proposal" value="([^"]*)"`)}, "code": {factortest.Code(secretOf(e.t, page), at)}}
}

func secretOf(t *testing.T, page string) string {
	t.Helper()
	return strings.ReplaceAll(field(t, page, `<code id="secret">([A-Z2-7 ]+)</code>`), " ", "")
}

func field(t *testing.T, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	require.NotNil(t, m, pattern)
	return html.UnescapeString(m[1])
}

func (e *enrolling) factors(u *account.User) []string {
	e.t.Helper()
	back, err := e.store.User(e.t.Context(), u.ID)
	require.NoError(e.t, err)
	return back.Factors
}

// Whoever has to find an app first need not sign in again; but the page is not good for ever.
func TestAnAppIsSetUpWithinHalfAnHour(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	e.advance(session.FreshFor)
	page := e.page()
	e.advance(20 * time.Minute)
	wrong := e.post(e.app(page, false))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	again := wrong.Body.String()
	assert.Equal(t, secretOf(t, page), secretOf(t, again), "the app has it already")
	e.advance(10*time.Minute + time.Second)
	assert.Contains(t, e.post(e.app(again, true)).Header().Get("Location"), "/login?", "it does not last longer for being shown again")
	assert.Empty(t, e.factors(u))

	e.advance(-time.Second)
	done := e.post(e.app(again, true))
	assert.Contains(t, done.Header().Get("Location"), codesPath)
	assert.Equal(t, []string{factor.TOTP}, e.factors(u))
}

// What a page carries is for the user to whom it was shown, as the account was then.
func TestAPageForNewFactorsIsForItsUser(t *testing.T) {
	e := newEnrolling(t)
	alice := e.signIn("alice")
	page := e.page()
	require.NoError(t, e.store.ForgetBrowsers(t.Context(), alice.ID))
	e.advance(session.FreshFor + time.Second)
	assert.Contains(t, e.post(e.app(page, true)).Header().Get("Location"), "/login?", "the account was changed")
	assert.Contains(t, e.post(url.Values{"proposal": {"x"}, "code": {"123456"}}).Header().Get("Location"), "/login?", "no page was shown")
	bob := e.signIn("bob")
	assert.Equal(t, http.StatusUnprocessableEntity, e.post(e.app(page, true)).Code, "that of another user")
	assert.Empty(t, e.factors(alice))
	assert.Empty(t, e.factors(bob))

	// The page of a passkey carries the like, and lasts as long. What the device has made in vain is named to it.
	e.advance(session.FreshFor)
	authenticator := passkeytest.New(testIssuer)
	create := func(page string) url.Values {
		response, err := authenticator.Create([]byte(field(t, page, `data-create="([^"]*)"`)))
		require.NoError(t, err)
		return url.Values{"use": {"passkey"}, "ceremony": {field(t, page, `name="ceremony" value="([^"]*)"`)}, "response": {string(response)}}
	}
	page = e.page()
	e.advance(enrolmentLifetime)
	late := e.post(create(page))
	require.Equal(t, http.StatusUnprocessableEntity, late.Code)
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(authenticator.Keys[0].ID), field(t, late.Body.String(), `data-missing="([^"]*)"`))
	e.advance(-time.Minute)
	assert.Contains(t, e.post(create(page)).Header().Get("Location"), codesPath)
	assert.Equal(t, []string{factor.Passkey}, e.factors(bob))
}

// An app that was set up in another tab is not replaced: the person sees how it is now.
func TestASecondTabDoesNotReplaceAnApp(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	first, second := e.page(), e.page()
	require.Contains(t, e.post(e.app(first, true)).Header().Get("Location"), codesPath)
	stored, err := e.store.TOTP(t.Context(), u.ID)
	require.NoError(t, err)
	got := e.post(e.app(second, true))
	assert.Equal(t, []any{http.StatusSeeOther, ownFactors}, []any{got.Code, got.Header().Get("Location")})
	kept, err := e.store.TOTP(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, stored, kept)
}

// Whoever loads the page again, or sees it in another tab or language, has scanned the right picture already.
func TestThePageLoadedAgainShowsTheSameApp(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	first, tab := e.page(), e.page()
	assert.Equal(t, secretOf(t, first), secretOf(t, tab))
	failed := e.post(url.Values{"use": {"passkey"}, "ceremony": {"x"}, "proposal": {field(t, first, `name="proposal" value="([^"]*)"`)}})
	require.Equal(t, http.StatusUnprocessableEntity, failed.Code)
	assert.Equal(t, secretOf(t, first), secretOf(t, failed.Body.String()), "a passkey was refused")
	wrong := e.post(e.app(first, false))
	assert.Contains(t, wrong.Body.String(), "If you scanned an earlier picture, delete that entry", "there may be one of another day")

	require.Contains(t, e.post(e.app(tab, true)).Header().Get("Location"), codesPath)
	assert.Empty(t, e.cookies["__Host-gatehouse_proposal"].Value, "it is set up")
	assert.Equal(t, []string{factor.TOTP}, e.factors(u))
}

// What the browser keeps is for the user to whom it was shown, as the account was then, and for half an hour.
func TestAnotherAppIsProposedWhereTheFormerIsWorthless(t *testing.T) {
	e := newEnrolling(t)
	alice := e.signIn("alice")
	first := secretOf(t, e.page())
	e.advance(enrolmentLifetime + time.Second)
	e.signInAgain(alice)
	late := secretOf(t, e.page())
	assert.NotEqual(t, first, late)

	bob := e.signIn("bob")
	others := secretOf(t, e.page())
	assert.NotEqual(t, late, others, "another user")

	require.NoError(t, e.store.ForgetBrowsers(t.Context(), bob.ID))
	changed, err := e.store.User(t.Context(), bob.ID)
	require.NoError(t, err)
	e.signInAgain(changed)
	assert.NotEqual(t, others, secretOf(t, e.page()), "the account was changed")

	e.cookies["__Host-gatehouse_flow"].Value = strings.Repeat("a", 43)
	before := e.cookies["__Host-gatehouse_proposal"].Value
	shown := secretOf(t, e.page())
	e.cookies["__Host-gatehouse_proposal"].Value = before
	assert.NotEqual(t, shown, secretOf(t, e.page()), "it was kept in another browser")
}

// Who adds a factor learns that it worked, and which one it is: on the page with the recovery codes, or in the list.
func TestThePageSaysWhatWasAdded(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	w := e.post(e.app(e.page(), true))
	at, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	shown := httptest.NewRecorder()
	require.NoError(t, e.ServeRecoveryCodesPage(shown, e.request(http.MethodGet, at.String(), "")))
	assert.Contains(t, shown.Body.String(), "“Authenticator app” was added.")
	without := at.Query()
	without.Set("done", base64.RawURLEncoding.EncodeToString([]byte(`{"done":"factor_added","factor":{"name":"x"}}`)))
	shown = httptest.NewRecorder()
	require.NoError(t, e.ServeRecoveryCodesPage(shown, e.request(http.MethodGet, codesPath+"?"+without.Encode(), "")))
	assert.NotContains(t, shown.Body.String(), "was added", "nobody else says so")

	// One that is kept in the browser's device is named by that: without names they could not be told apart.
	names := map[string]string{}
	for attachment, typed := range map[string]string{"platform": " ", "cross-platform": "", "hybrid": "Phone"} {
		page := e.page()
		response, err := passkeytest.New(testIssuer).Create([]byte(field(t, page, `data-create="([^"]*)"`)), func(r *passkeytest.Response) { r.Outer["authenticatorAttachment"] = attachment })
		require.NoError(t, err)
		w = e.post(url.Values{"use": {"passkey"}, "name": {typed}, "ceremony": {field(t, page, `name="ceremony" value="([^"]*)"`)}, "response": {string(response)}})
		at, err = url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		require.Equal(t, ownFactors, at.Path)
		said := e.openSaid(e.request(http.MethodGet, at.String(), ""), &session.Session{User: u})
		require.Equal(t, pages.OwnFactorAdded, said.Done)
		names[attachment] = said.Factor.Name
	}
	assert.Equal(t, map[string]string{"platform": "Firefox, Linux", "cross-platform": "", "hybrid": "Phone"}, names)
	assert.ElementsMatch(t, []string{factor.TOTP, factor.Passkey}, e.factors(u))
}

// Whoever has just registered is reminded as at a sign-in, which is the first one.
func TestANewAccountIsRemindedWithinTheGrace(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	start := session.Start{User: u, Methods: []string{session.Password}}
	missing := func(p factor.Policy) (bool, string) {
		e.Factors = factor.NewSessions(p, e.store, func() time.Time { return e.now })
		w := httptest.NewRecorder()
		responded, err := e.Missing(w, e.request(http.MethodPost, "/register", ""), start, "sealed", nil)
		require.NoError(t, err)
		return responded, w.Header().Get("Location")
	}
	responded, path := missing(factor.Policy{Everyone: true, Grace: time.Hour})
	assert.True(t, responded)
	assert.Equal(t, "/set-up?flow=sealed", path)
	responded, _ = missing(factor.Policy{})
	assert.False(t, responded, "nothing is demanded")
}
