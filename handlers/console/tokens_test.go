package console_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// storedClient stores a client that may do all that tests do.
func (f *fixture) storedClient(id string) *client.Client {
	f.t.Helper()
	now := *f.now.Load()
	c := &client.Client{
		ID: id, Name: "The " + id, Type: client.Web, GrantTypes: []client.GrantType{client.ClientCredentials, client.Password, client.RefreshToken},
		Scopes: []string{"openid", "read"}, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(f.t, f.store.CreateClient(f.t.Context(), c))
	return c
}

// issue issues tokens to a client for a user; nil: for the client itself.
func (f *fixture) issue(c *client.Client, u *account.User) *grant.Prepared {
	f.t.Helper()
	var p *grant.Prepared
	var err error
	if u == nil {
		p, err = f.issuer.ForClient(f.t.Context(), c, []string{"read"}, nil)
	} else {
		p, err = f.issuer.ForUser(f.t.Context(), c, &grant.Grant{ClientID: c.ID, UserID: u.ID, UserGeneration: u.Generation, Scopes: []string{"openid"}})
	}
	require.NoError(f.t, err)
	require.NoError(f.t, f.issuer.Store(f.t.Context(), p, client.ClientCredentials))
	return p
}

func TestTokensAreListedAndFiltered(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	billing, mail := f.storedClient("billing"), f.storedClient("mail")
	for range 55 {
		f.issue(billing, nil)
	}
	later := f.now.Load().Add(time.Second)
	f.now.Store(&later)
	latest := f.issue(mail, alice)
	first := b.get("/admin/tokens").Body.String()
	assert.Contains(t, first, `rel="next"`)
	assert.Contains(t, first, latest.ID.String())
	assert.NotContains(t, first, latest.AccessToken)
	assert.Contains(t, b.get("/admin/tokens?client=mail").Body.String(), latest.ID.String())
	for _, user := range []string{"alice", "ALICE@example.com", alice.ID.String()} {
		page := b.get("/admin/tokens?user=" + url.QueryEscape(user)).Body.String()
		assert.Contains(t, page, latest.ID.String(), user)
		assert.NotContains(t, page, "<code>billing</code>", user)
	}
	assert.Contains(t, b.get("/admin/tokens?user=nobody").Body.String(), `aria-invalid="true"`)
	assert.Contains(t, b.get("/admin/tokens?client=%22%3E%3Cscript%3E").Body.String(), "&#34;&gt;&lt;script&gt;")
	later = f.now.Load().Add(2 * time.Hour)
	f.now.Store(&later)
	assert.Contains(t, b.get("/admin/tokens?state=active").Body.String(), "No token matches")
}

// Pages follow each other, with the filter, and each token is on one of them.
func TestTokensGoOnOnTheNextPage(t *testing.T) {
	f := newFixture(t, nil)
	b, billing := f.signIn(f.user("root", account.RoleAdmin)), f.storedClient("billing")
	issued := map[string]bool{}
	for range 120 {
		issued[f.issue(billing, nil).ID.String()] = false
	}
	f.issue(f.storedClient("mail"), nil)
	pages, link := 0, regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for path := "/admin/tokens?client=billing"; path != ""; pages++ {
		page := b.get(path).Body.String()
		for _, row := range regexp.MustCompile(`<a href="/admin/tokens/([0-9a-f-]+)">`).FindAllStringSubmatch(page, -1) {
			seen, known := issued[row[1]]
			assert.True(t, known && !seen, row[1])
			issued[row[1]] = true
		}
		path = ""
		if next := link.FindStringSubmatch(page); next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	assert.Equal(t, 3, pages)
	assert.NotContains(t, slices.Collect(maps.Values(issued)), false)
}

func TestTokenIsShownWithWhatWasAuthorized(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	p := f.issue(f.storedClient("mail"), alice)
	page := b.get("/admin/tokens/" + p.ID.String()).Body.String()
	for _, shown := range []string{"alice", "mail", "openid", p.Grant.ID.String(), "Revoke the grant"} {
		assert.Contains(t, page, shown)
	}
	assert.NotContains(t, page, p.AccessToken)
	assert.NotContains(t, page, p.RefreshToken)
	assert.Equal(t, http.StatusTeapot, b.get("/admin/tokens/"+alice.ID.String()).Code)
}

// A token that can be refreshed ends with its grant, or the client would get the next one.
func TestTokenIsRevoked(t *testing.T) {
	f := newFixture(t, nil)
	admin := f.user("root", account.RoleAdmin)
	b, alice, c := f.signIn(admin), f.user("alice"), f.storedClient("mail")
	own, refreshable := f.issue(c, nil), f.issue(c, alice)
	page := b.done(b.post("/admin/tokens/"+own.ID.String()+"/revocation", nil))
	assert.Contains(t, page, "The token is revoked")
	assert.NotContains(t, page, `class="danger"`, "there is nothing more to revoke")
	assert.Contains(t, b.done(b.post("/admin/tokens/"+refreshable.ID.String()+"/revocation", nil)), "The grant is revoked")
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.TokenRevoke}, 5)
	require.NoError(t, err)
	require.Len(t, records, 2)
	assert.Equal(t, admin.ID.String(), records[0].Actor.ID)
}

func TestAllTokensOfAUserAreRevokedWhenThatIsConfirmed(t *testing.T) {
	f := newFixture(t, nil)
	b, alice, bob, c := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice"), f.user("bob"), f.storedClient("mail")
	hers, his := f.issue(c, alice), f.issue(c, bob)
	ended := func(p *grant.Prepared) bool {
		_, g, err := f.store.TokenWithGrant(t.Context(), p.ID)
		require.NoError(t, err)
		return g.EndedAt != nil
	}
	assert.Contains(t, b.post("/admin/tokens/revocation", url.Values{"user": {"alice"}}).Body.String(), "Revoke all of these tokens?")
	assert.False(t, ended(hers))
	assert.Contains(t, b.done(b.post("/admin/tokens/revocation", url.Values{"user": {"alice"}, "confirm": {"yes"}})), "Everything of alice is revoked")
	assert.True(t, ended(hers))
	assert.False(t, ended(his))
	assert.Contains(t, b.done(b.post("/admin/tokens/revocation", url.Values{"confirm": {"yes"}})), "Nothing was chosen", "nobody is not everybody")
	assert.Equal(t, http.StatusTeapot, b.post("/admin/tokens/revocation", url.Values{"user": {"nobody"}, "client": {"mail"}, "confirm": {"yes"}}).Code)
	assert.False(t, ended(his))
}
