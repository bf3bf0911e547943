package console_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// numbered are so many values with a name and a number.
func numbered(format string, count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return list
}

func TestManyRolesAreCountedInTheListAndOpenedOnThePage(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	busy := f.user("busy", numbered("role-%02d", 50)...)
	f.user("five", numbered("few-%d", 5)...)
	list := b.get("/admin/users").Body.String()
	assert.Contains(t, list, "role-04")
	assert.NotContains(t, list, "role-05")
	assert.Contains(t, list, "and 45 more")
	assert.Contains(t, list, "few-4")
	assert.Equal(t, 1, strings.Count(list, " more</span>"), "five are all shown")
	page := b.get("/admin/users/" + busy.ID.String()).Body.String()
	shown, all, found := strings.Cut(page, "<summary>All 50</summary>")
	require.True(t, found)
	assert.Contains(t, shown, ">role-09<")
	assert.NotContains(t, shown, ">role-10<")
	assert.Contains(t, all, ">role-49<")
}

func TestManyRedirectURIsAreOpened(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("portal", func(c *client.Client) { c.RedirectURIs = numbered("https://portal.example.com/%03d", 200) })
	shown, all, found := strings.Cut(b.get("/admin/clients/portal").Body.String(), "<summary>All 200</summary>")
	require.True(t, found)
	assert.Contains(t, shown, "portal.example.com/009")
	assert.NotContains(t, shown, "portal.example.com/010")
	assert.Contains(t, all, "portal.example.com/199")
	f.registered("shop", nil)
	assert.NotContains(t, b.get("/admin/clients/shop").Body.String(), "<summary>All")
}

// The latest activity names people as the audit log does.
func TestLatestActivityNamesWhoActed(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("alice")
	f.act(root, alice, audit.FactorReset, nil)
	b := f.signIn(root)
	named := `<a href="/admin/users/` + root.ID.String() + `">root</a>`
	_, activity, found := strings.Cut(b.get("/admin/users/"+alice.ID.String()).Body.String(), `id="activity"`)
	require.True(t, found)
	assert.Contains(t, activity, named)
	f.registered("shop", nil)
	b.done(b.post("/admin/clients/shop/access", url.Values{"action": {"allow"}, "user": {"alice"}, "confirm": {"yes"}}))
	_, activity, found = strings.Cut(b.get("/admin/clients/shop").Body.String(), `id="activity"`)
	require.True(t, found)
	assert.Contains(t, activity, named)
}

func TestPagesNameTheTimeZone(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	b := f.signIn(root)
	assert.Contains(t, b.get("/admin/keys").Body.String(), "Times are in UTC.")
	root.Profile.Zoneinfo = "Europe/Berlin"
	require.NoError(t, f.store.UpdateUser(t.Context(), root))
	for _, path := range []string{"/admin", "/admin/keys", "/admin/clients", "/admin/sessions", "/admin/tokens"} {
		assert.Contains(t, b.get(path).Body.String(), `Times are in Europe/Berlin. <a href="/account/profile">`, path)
	}
}

// On a phone a row is a block, where nothing but these labels tells what a value is.
func TestCellsOfListsAreLabelled(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin, "staff")
	f.act(root, root, audit.FactorReset, nil)
	f.registered("shop", nil)
	b := f.signIn(root)
	lists := regexp.MustCompile(`(?s)<table class="list.*?<tbody>(.*?)</tbody>`)
	unlabelled := regexp.MustCompile(`<td(?: class="(?:name|number|extra|extra day|was|is)")?>`)
	for _, path := range []string{"/admin/users", "/admin/clients", "/admin/clients/shop", "/admin/keys", "/admin/groups", "/admin/sessions", "/admin/audit", "/admin/limits", "/admin/users/" + root.ID.String()} {
		found := lists.FindAllStringSubmatch(b.get(path).Body.String(), -1)
		require.NotEmpty(t, found, path)
		for _, list := range found {
			for row := range strings.Lines(list[1]) {
				row, _ = strings.CutPrefix(row, "<tr><td>") // the time, which needs no label
				assert.Empty(t, unlabelled.FindString(row), path)
			}
		}
	}
}
