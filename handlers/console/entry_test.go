package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

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
	assert.Equal(t, "/login?next=%2Fadmin", location(t, b.get("/admin?span=week")))
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
	assert.Equal(t, "/set-up?next=%2Fadmin", location(t, b.get("/admin")))
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

// Pages are not kept by caches, frame nothing and are framed by nobody.
func TestConsolePagesAreShutOff(t *testing.T) {
	f := newFixture(t, nil)
	h := f.signIn(f.user("alice", account.RoleAdmin)).get("/admin").Header()
	assert.Equal(t, "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", h.Get("Content-Security-Policy"))
	assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
}
