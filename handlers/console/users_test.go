package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestUsersAreListedAndFound(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for i := range 60 {
		f.user(fmt.Sprintf("user-%02d", i), "editor")
	}
	first := b.get("/admin/users").Body.String()
	assert.Contains(t, first, "user-00")
	assert.NotContains(t, first, "user-59")
	assert.Contains(t, first, `rel="next"`)
	second := b.get("/admin/users?after=user-48").Body.String()
	assert.Contains(t, second, "user-59")
	assert.NotContains(t, second, ">user-48<")
	assert.NotContains(t, second, `rel="next"`)
	found := b.get("/admin/users?search=user-17@ex").Body.String()
	assert.Contains(t, found, "user-17")
	assert.NotContains(t, found, "user-18")
	assert.NotContains(t, b.get("/admin/users?role=admin").Body.String(), "user-00")
	for _, role := range []string{"Admin", "ADMIN", "admin staff", "a_b"} { // which nobody has, and a list of all would say that they do
		w := b.get("/admin/users?" + url.Values{"role": {role}}.Encode())
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, role)
		assert.Contains(t, w.Body.String(), `id="role-fault"`)
		assert.NotContains(t, w.Body.String(), "user-00")
	}
	assert.Equal(t, http.StatusOK, b.get("/admin/users?role=+admin+").Code)
	assert.Contains(t, b.get("/admin/users?state=disabled").Body.String(), "No user matches")
	assert.Contains(t, b.get("/admin/users?search=%3Cscript%3E").Body.String(), "&lt;script&gt;")
}

func TestUserIsDisabledAndEnabled(t *testing.T) {
	f := newFixture(t, nil)
	admin := f.user("root", account.RoleAdmin)
	b, alice := f.signIn(admin), f.user("alice")
	f.signIn(alice)
	path := "/admin/users/" + alice.ID.String()
	assert.Contains(t, b.get(path).Body.String(), "alice@example.com")
	page := b.done(b.post(path+"/state", url.Values{"state": {"disabled"}}))
	assert.Contains(t, page, "alice is disabled")
	assert.True(t, f.stored(alice).Disabled)
	records, err := f.store.Records(t.Context(), audit.Filter{UserID: alice.ID.String(), Action: audit.UserUpdate}, 5)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, admin.ID.String(), records[0].Actor.ID)
	assert.Contains(t, b.done(b.post(path+"/state", url.Values{"state": {"active"}})), "alice is enabled")
	assert.False(t, f.stored(alice).Disabled)
}

// stored is a user as the database has them.
func (f *fixture) stored(u *account.User) *account.User {
	f.t.Helper()
	now, err := f.store.User(f.t.Context(), u.ID)
	require.NoError(f.t, err)
	return now
}

// What cannot be undone is asked for by its name.
func TestUserIsDeletedAfterItsNameWasTyped(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	path := "/admin/users/" + alice.ID.String() + "/deletion"
	asked := b.post(path, url.Values{"action": {"delete"}})
	assert.Equal(t, http.StatusOK, asked.Code)
	assert.Contains(t, asked.Body.String(), "Type alice to confirm")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(path, url.Values{"confirm": {"bob"}}).Code)
	f.stored(alice)
	assert.Contains(t, b.done(b.post(path, url.Values{"confirm": {"alice"}})), "alice is deleted")
	_, err := f.store.User(t.Context(), alice.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.Equal(t, http.StatusTeapot, b.get("/admin/users/"+alice.ID.String()).Code)
}

func TestAdministratorsDoNotShutThemselvesOut(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("root", account.RoleAdmin)
	b, path := f.signIn(u), "/admin/users/"+u.ID.String()
	assert.Contains(t, b.done(b.post(path+"/state", url.Values{"state": {"disabled"}})), "your own account")
	assert.Contains(t, b.done(b.post(path+"/deletion", url.Values{"confirm": {"root"}})), "your own account")
	assert.False(t, f.stored(u).Disabled)
}

func TestSessionsOfAUserEnd(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	phone, laptop := f.signIn(alice), f.signIn(alice)
	path := "/admin/users/" + alice.ID.String()
	live := func(browser *browser) bool {
		s, err := f.web.Current(browser.request(http.MethodGet, "/", http.NoBody))
		require.NoError(t, err)
		return s != nil
	}
	s, err := f.web.Current(phone.request(http.MethodGet, "/", http.NoBody))
	require.NoError(t, err)
	elsewhere := "/admin/users/" + f.user("bob").ID.String() + "/sessions"
	assert.Equal(t, http.StatusTeapot, b.post(elsewhere, url.Values{"session": {s.ID.String()}}).Code, "of another user")
	b.done(b.post(path+"/sessions", url.Values{"session": {s.ID.String()}}))
	assert.False(t, live(phone))
	assert.True(t, live(laptop))
	b.done(b.post(path+"/sessions", url.Values{}))
	assert.False(t, live(laptop))
}

// Auditors see it all, and none of their forms does anything.
func TestAuditorsChangeNothing(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("auditor", account.RoleAuditor)), f.user("alice")
	path := "/admin/users/" + alice.ID.String()
	page := b.get(path)
	assert.Equal(t, http.StatusOK, page.Code)
	assert.NotContains(t, page.Body.String(), `<form class="row"`)
	for form, values := range map[string]url.Values{"state": {"state": {"disabled"}}, "sessions": {}, "apps": {"client": {"a"}}, "factors": {"confirm": {"yes"}}, "deletion": {"confirm": {"alice"}}} {
		w := b.post(path+"/"+form, values)
		assert.Equal(t, http.StatusTeapot, w.Code, form)
		assert.Contains(t, w.Body.String(), "console_role", form)
	}
	assert.False(t, f.stored(alice).Disabled)
}

// Another site cannot have an administrator's browser act.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	w := b.postFrom("https://evil.example", "/admin/users/"+alice.ID.String()+"/state", url.Values{"state": {"disabled"}})
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.False(t, f.stored(alice).Disabled)
}

// An id that is none is that of nothing.
func TestMalformedIDsOfAUserAreNotFound(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	for form, field := range map[string]string{"/sessions": "session", "/factors": "passkey"} {
		w := b.post("/admin/users/"+alice.ID.String()+form, url.Values{field: {"x"}})
		assert.Equal(t, string(refusal.CheckNotFound), w.Header().Get("Check"), w.Body)
	}
}

// A page that was shown to another administrator does nothing for the one who is signed in now.
func TestFormsAreOfWhomTheyWereShownTo(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("alice")
	former := f.signIn(f.user("former", account.RoleAdmin))
	shown := former.token()
	for name, c := range f.signIn(root).cookies {
		if name == "__Host-gatehouse_session" {
			former.cookies[name] = c
		}
	}
	page := former.done(former.post("/admin/users/"+alice.ID.String()+"/state", url.Values{"state": {"disabled"}, "page": {shown}}))
	assert.Contains(t, page, "Another user is signed in now")
	assert.False(t, f.stored(alice).Disabled)
}

// racing is the registry, before whose acts something else happens.
type racing struct {
	*account.Registry

	before func()
}

func (r *racing) Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(u *account.User) error) (*account.User, error) {
	r.before()
	return r.Registry.Change(ctx, actor, id, change)
}

func (r *racing) Delete(ctx context.Context, actor audit.Actor, id provider.ID) error {
	r.before()
	return r.Registry.Delete(ctx, actor, id)
}

// Of two who remove one another at once one stays: the viewer was an administrator when the request began.
func TestLastAdministratorStays(t *testing.T) {
	var registry *racing
	f := newFixture(t, func(c *console.Config) {
		registered, ok := c.Accounts.(*account.Registry)
		require.True(t, ok)
		registry = &racing{Registry: registered, before: func() {}}
		c.Accounts = registry
	})
	root, last := f.user("root", account.RoleAdmin), f.user("last", account.RoleAdmin)
	b := f.signIn(root)
	path := "/admin/users/" + last.ID.String()
	form := url.Values{"username": {"last"}, "email": {last.Email}, "email_verified": {"1"}, "version": {versionOf(b, path+"/edit")}}
	as := func(roles ...string) {
		root.Roles = roles
		require.NoError(t, f.store.UpdateUser(t.Context(), root))
	}
	try := func(path string, form url.Values) *httptest.ResponseRecorder {
		registry.before = func() { as("editor") }
		w := b.post(path, form)
		registry.before = func() {}
		as(account.RoleAdmin)
		return w
	}
	assert.Contains(t, b.done(try(path+"/state", url.Values{"state": {"disabled"}})), "last is the last administrator")
	assert.Contains(t, b.done(try(path+"/deletion", url.Values{"confirm": {"last"}})), "last is the last administrator")
	assert.Contains(t, b.done(try("/admin/groups/admin/removal", url.Values{"user": {last.ID.String()}})), "Users")
	w := try(path+"/edit", form)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="roles-problem"`)
	assert.Equal(t, []any{[]string{account.RoleAdmin}, false}, []any{f.stored(last).Roles, f.stored(last).Disabled})
	b.done(b.post("/admin/groups/admin/removal", url.Values{"user": {last.ID.String()}}))
	assert.Empty(t, f.stored(last).Roles, "while there is another one")
}
