package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

func location(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	return w.Header().Get("Location")
}

func TestConsoleAsksWhoIsNotSignedIn(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("alice", account.RoleAdmin))
	assert.Equal(t, http.StatusOK, b.get("/admin").Code)
	b.cookies = map[string]*http.Cookie{}
	for _, page := range []string{
		"/admin?span=week", "/admin/scopes/scope?name=orders%3Aread", "/admin/audit?action=client.create&user=admin", "/admin/clients/https:%2F%2Fmy-app.com%2Fx@Y/registration",
	} {
		assert.Equal(t, "/login?next="+url.QueryEscape(page), location(t, b.get(page)), "the place is kept")
	}
	assert.Equal(t, "/login?next=%2Fadmin", location(t, b.get("/admin?done=sealed")))
	assert.Equal(t, "/login?next=%2Fadmin", location(t, b.post("/admin/users/new", url.Values{"username": {"x"}, "page": {""}})))
}

func TestConsoleIsForAdministratorsAndAuditors(t *testing.T) {
	f := newFixture(t, nil)
	for name, roles := range map[string][]string{"nobody": nil, "editor": {"editor"}, "almost": {"administrator", "admins"}} {
		w := f.signIn(f.user(name, roles...)).get("/admin")
		assert.Equal(t, http.StatusTeapot, w.Code, name)
		assert.Contains(t, w.Body.String(), "access_denied", name)
	}
	assert.NotContains(t, f.signIn(f.user("root", account.RoleAdmin)).get("/admin").Body.String(), "read only")
	assert.Contains(t, f.signIn(f.user("auditor", account.RoleAuditor)).get("/admin").Body.String(), "read only")
}

// A role that was taken away is gone at once, and a session that began before a factor was demanded does not do.
func TestConsoleFollowsTheUser(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice", account.RoleAdmin)
	b := f.signIn(u)
	u.Roles = []string{account.RoleAdmin, "guarded"}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	assert.Equal(t, "/set-up?next=%2Fadmin%2Fusers%3Fsearch%3Da", location(t, b.get("/admin/users?search=a")))
	u.Roles = []string{}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	assert.Equal(t, http.StatusTeapot, b.get("/admin").Code)
}

func TestConsoleIsClosedToOtherNetworks(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	b := f.signIn(f.user("alice", account.RoleAdmin))
	beside := f.console.OnlyFrom(func(http.ResponseWriter, *http.Request) error { return nil })
	b.address = "10.1.2.3"
	require.NoError(t, beside(httptest.NewRecorder(), b.request(http.MethodGet, "/first-administrator", http.NoBody)))
	assert.Equal(t, http.StatusOK, b.get("/admin").Code)
	for _, elsewhere := range []string{"192.0.2.1", "::1", "11.0.0.1"} {
		b.address = elsewhere
		require.ErrorContains(t, beside(httptest.NewRecorder(), b.request(http.MethodGet, "/first-administrator", http.NoBody)), "access_denied")
		w := b.get("/admin")
		assert.Equal(t, http.StatusTeapot, w.Code, elsewhere)
		b.cookies = map[string]*http.Cookie{}
		assert.Equal(t, http.StatusTeapot, b.get("/admin").Code, "before anybody is asked to sign in")
	}
}

// Pages frame nothing and are framed by nobody.
func TestConsolePagesAreShutOff(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("alice", account.RoleAdmin))
	for _, line := range f.lines {
		if line.Methods[0] != http.MethodGet || strings.Contains(line.Path, "{") {
			continue
		}
		w := b.get(line.Path)
		h := w.Header()
		if w.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			continue
		}
		assert.Equal(t, "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", h.Get("Content-Security-Policy"), line.Path)
		assert.Equal(t, "DENY", h.Get("X-Frame-Options"), line.Path)
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), line.Path)
	}
}

// An address is text: Postgres refuses other bytes, which would be an error of ours.
func TestConsoleRefusesUnreadableAddresses(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for _, wrong := range []string{"%00", "%ff", "%c3%28", "%ed%a0%80"} {
		assert.Contains(t, b.get("/admin/users?search="+wrong).Body.String(), "invalid_request", wrong)
		assert.Contains(t, b.get("/admin/clients/"+wrong).Body.String(), "not_found", wrong)
	}
	assert.Contains(t, b.get("/admin/users?search="+strings.Repeat("a", 5000)).Body.String(), "No user")
}

// A download is no page: whoever has signed in for it would stay on that of the sign-in.
func TestSignInForADownloadLeadsToItsPage(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("alice", account.RoleAdmin))
	b.cookies = map[string]*http.Cookie{}
	assert.Equal(t, "/login?next="+url.QueryEscape("/admin/audit?action=user.update&format=csv"), location(t, b.get("/admin/audit/export?action=user.update&format=csv")))
}

// A slash at the end is typed easily, and leads to the page; never elsewhere.
func TestASlashAtTheEndLeadsToThePage(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for path, want := range map[string]string{
		"/admin/": "/admin", "/admin/?span=week": "/admin?span=week", "/admin/users/": "/admin/users", "/admin/users/?search=a%26b": "/admin/users?search=a%26b",
		"/admin/clients/a%2Fb/": "/admin/clients/a%2Fb", "/admin//evil.example/": "/admin//evil.example",
	} {
		assert.Equal(t, want, location(t, b.get(path)), path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, b.post("/admin/users/new/", nil).Code, "a form is sent to its own path")
}

// What was done is said to who did it, on the page that it leads to, and for a minute.
func TestWhatWasDoneIsSaidOnce(t *testing.T) {
	f := newFixture(t, nil)
	alice := f.user("alice")
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := location(t, b.post("/admin/users/"+alice.ID.String()+"/state", url.Values{"state": {"disabled"}}))
	const said = "alice is disabled and signed out everywhere"
	assert.Contains(t, b.get(page).Body.String(), said)
	_, query, _ := strings.Cut(page, "?")
	for _, other := range []string{"/admin", "/admin/keys", "/admin/users"} {
		assert.NotContains(t, b.get(other+"?"+query).Body.String(), said, other)
	}
	auditor := f.signIn(f.user("auditor", account.RoleAuditor))
	for name, cookie := range b.cookies { // another user of the same browser
		if _, own := auditor.cookies[name]; !own || !strings.HasPrefix(cookie.Value, "gh_se_") {
			auditor.cookies[name] = cookie
		}
	}
	assert.Contains(t, auditor.get(page).Body.String(), "read only")
	assert.NotContains(t, auditor.get(page).Body.String(), said)
	later := f.now.Load().Add(time.Minute)
	f.now.Store(&later)
	assert.Contains(t, b.get(page).Body.String(), said, "it may be reloaded")
	later = later.Add(time.Second)
	f.now.Store(&later)
	assert.NotContains(t, b.get(page).Body.String(), said)
}
