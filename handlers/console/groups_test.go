package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestGroupsAreTheRolesInUse(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.user("alice", "editor", "finance")
	f.user("bob", "editor")
	require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{ID: "app", Name: "The <b> app"}))
	require.NoError(t, f.store.AllowGroup(t.Context(), "app", "press"))
	require.NoError(t, f.store.AllowGroup(t.Context(), "app", client.Everyone))
	page := b.get("/admin/groups").Body.String()
	for _, role := range []string{"admin", "auditor", "editor", "finance", "press"} {
		assert.Contains(t, page, `href="/admin/groups/`+role+`"`)
	}
	assert.NotContains(t, page, "groups/everyone")
	assert.Contains(t, page, "The &lt;b&gt; app")
	assert.Equal(t, "/admin/groups/new-one", location(t, b.get("/admin/groups?name=new-one")))
	assert.Contains(t, b.get("/admin/groups?name=Not+One").Body.String(), `id="name-problem"`)
	assert.Equal(t, http.StatusTeapot, b.get("/admin/groups/Not_One").Code)
}

func TestRoleIsGivenAndTaken(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice", "finance")
	const path = "/admin/groups/editor"
	w := b.post(path+"/members", url.Values{"user": {"nobody"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="user-problem"`)
	assert.Contains(t, b.done(b.post(path+"/members", url.Values{"user": {"Alice@Example.com"}})), "alice has the role")
	b.done(b.post(path+"/members", url.Values{"user": {"alice"}}))
	assert.Equal(t, []string{"finance", "editor"}, f.stored(alice).Roles)
	assert.Contains(t, b.done(b.post(path+"/removal", url.Values{"user": {alice.ID.String()}})), "alice has lost the role")
	assert.Equal(t, []string{"finance"}, f.stored(alice).Roles)
	assert.Equal(t, http.StatusTeapot, b.post(path+"/removal", url.Values{"user": {"alice"}}).Code)
}

func TestAdministratorsDoNotTakeTheirOwnRole(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("root", account.RoleAdmin)
	assert.Contains(t, f.signIn(u).done(f.signIn(u).post("/admin/groups/admin/removal", url.Values{"user": {u.ID.String()}})), "Users")
	assert.Equal(t, []string{account.RoleAdmin}, f.stored(u).Roles)
}

func TestMembersArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for i := range 55 {
		f.user(fmt.Sprintf("user-%02d", i), "editor")
	}
	first := b.get("/admin/groups/editor").Body.String()
	assert.NotContains(t, first, ">user-54<")
	assert.Contains(t, first, `rel="next"`)
	assert.Contains(t, b.get("/admin/groups/editor?after=user-49").Body.String(), ">user-54<")
}

func TestAuditorsGiveNoRoles(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("auditor", account.RoleAuditor)), f.user("alice", "editor")
	page := b.get("/admin/groups/editor").Body.String()
	assert.Contains(t, page, "alice")
	assert.NotContains(t, page, "member-submit")
	assert.Equal(t, http.StatusTeapot, b.post("/admin/groups/admin/members", url.Values{"user": {"alice"}}).Code)
	assert.Equal(t, http.StatusTeapot, b.post("/admin/groups/editor/removal", url.Values{"user": {alice.ID.String()}}).Code)
	assert.Equal(t, []string{"editor"}, f.stored(alice).Roles)
}

// Roles are paged by name: users with many roles do not make one page of all.
func TestGroupsArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	var roles []string
	for i := range 110 {
		roles = append(roles, fmt.Sprintf("team-%03d", i))
	}
	f.user("alice", roles...)
	seen := map[string]bool{}
	for path := "/admin/groups"; path != ""; {
		page := b.get(path).Body.String()
		links := regexp.MustCompile(`href="/admin/groups/([a-z0-9-]+)"`).FindAllStringSubmatch(page, -1)
		assert.LessOrEqual(t, len(links), 52)
		for _, link := range links {
			assert.False(t, seen[link[1]], "%s twice", link[1])
			seen[link[1]] = true
		}
		next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
		path = ""
		if next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	for _, role := range append(roles, "admin", "auditor") {
		assert.True(t, seen[role], role)
	}
}
