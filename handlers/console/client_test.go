package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestClientIsDisabledEnabledAndDeleted(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop/1", nil)
	path := "/admin/clients/shop%2F1"
	assert.Contains(t, b.done(b.post(path+"/state", url.Values{"state": {"disabled"}})), "App shop/1 is disabled")
	assert.True(t, f.client("shop/1").Disabled)
	assert.Contains(t, b.done(b.post(path+"/state", url.Values{"state": {"active"}})), "App shop/1 is enabled")
	assert.False(t, f.client("shop/1").Disabled)
	asked := b.post(path+"/deletion", url.Values{})
	assert.Contains(t, asked.Body.String(), "Type shop/1 to confirm")
	assert.Contains(t, asked.Body.String(), `action="`+path+`/deletion"`)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(path+"/deletion", url.Values{"confirm": {"App shop/1"}}).Code)
	f.client("shop/1")
	assert.Contains(t, b.done(b.post(path+"/deletion", url.Values{"confirm": {"shop/1"}})), "App shop/1 is deleted")
	_, err := f.store.Client(t.Context(), "shop/1")
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// A new secret is on the page that answers, and nowhere else; the old one stays valid as long as was chosen.
func TestSecretsOfAClient(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	old := f.client("shop").Secrets[0]
	later := f.now.Load().Add(time.Minute)
	f.now.Store(&later)
	w := b.post("/admin/clients/shop/secrets", url.Values{"overlap": {"week"}})
	require.Equal(t, http.StatusCreated, w.Code)
	secret := regexpSecret.FindString(w.Body.String())
	c := f.client("shop")
	ok, err := client.NewSecrets(nil, nil, nil).Verify(t.Context(), &client.Client{Secrets: c.Secrets[1:]}, secret, *f.now.Load())
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, f.now.Load().Add(7*24*time.Hour), *c.Secrets[0].ExpiresAt)
	page := b.get("/admin/clients/shop").Body.String()
	assert.NotContains(t, page, secret)
	assert.Contains(t, page, "ends on")

	asked := b.post("/admin/clients/shop/secrets", url.Values{"secret": {old.ID.String()}})
	assert.Equal(t, http.StatusOK, asked.Code)
	assert.Contains(t, asked.Body.String(), `<time datetime="`+old.CreatedAt.UTC().Format(time.RFC3339)+`">`, "which one")
	assert.Len(t, f.client("shop").Secrets, 2)
	form := filled(asked.Body.String())
	assert.Equal(t, old.ID.String(), form.Get("secret"), "the page that asks carries it on")
	assert.Contains(t, b.done(b.post("/admin/clients/shop/secrets", form)), "The secret has ended")
	b.done(b.post("/admin/clients/shop/secrets", url.Values{"secret": {"none"}, "confirm": {"yes"}}))
	left := f.client("shop").Secrets
	require.Len(t, left, 1)
	assert.Equal(t, c.Secrets[1].ID, left[0].ID)
	form.Set("secret", left[0].ID.String())
	assert.Contains(t, b.done(b.post("/admin/clients/shop/secrets", form)), "It is the only secret")
	assert.Len(t, f.client("shop").Secrets, 1)
}

// The page of an application shows the last of what is its own, and leads to all of it.
func TestAnApplicationLeadsToAllThatIsItsOwn(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("a/b@c", nil)
	page := b.get("/admin/clients/a%2Fb@c").Body.String()
	for _, list := range []string{"tokens", "consents", "audit"} {
		assert.Contains(t, page, `href="/admin/`+list+`?client=a%2Fb%40c"`)
	}
}

// What ends all secrets at once is asked about, as what ends one is; a new one may have an end of its own.
func TestReplacingAllSecretsIsAskedAbout(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	old := f.client("shop").Secrets[0]
	const path = "/admin/clients/shop/secrets"
	asked := b.post(path, url.Values{"overlap": {"now"}, "expires_in_days": {"90"}})
	require.Equal(t, http.StatusOK, asked.Code)
	assert.Contains(t, asked.Body.String(), "End all other secrets at once?")
	require.Equal(t, []client.Secret{old}, f.client("shop").Secrets)
	require.Equal(t, http.StatusCreated, b.post(path, filled(asked.Body.String())).Code)
	secrets := f.client("shop").Secrets
	require.Len(t, secrets, 1)
	assert.NotEqual(t, old.ID, secrets[0].ID)
	require.NotNil(t, secrets[0].ExpiresAt)
	assert.Equal(t, f.now.Load().AddDate(0, 0, 90), *secrets[0].ExpiresAt)
	for _, wrong := range []string{"0", "-1", "3651", "1.5", "x", "99999999999999999999"} {
		w := b.post(path, url.Values{"overlap": {"day"}, "expires_in_days": {wrong}})
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, wrong)
		assert.Contains(t, w.Body.String(), `id="days-fault"`)
		assert.Contains(t, w.Body.String(), `value="`+wrong+`"`)
	}
	assert.Len(t, f.client("shop").Secrets, 1)
	require.NoError(t, f.store.UpdateClient(t.Context(), func() *client.Client { c := f.client("shop"); c.Secrets = nil; return c }()))
	assert.Equal(t, http.StatusCreated, b.post(path, url.Values{"overlap": {"now"}}).Code, "there is nothing that ends")
	assert.Nil(t, f.client("shop").Secrets[0].ExpiresAt)
}

func TestPublicClientsHaveNoSecrets(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("spa", func(c *client.Client) { c.AuthMethod = client.None })
	assert.NotContains(t, b.get("/admin/clients/spa").Body.String(), "Add a secret")
	assert.Contains(t, b.done(b.post("/admin/clients/spa/secrets", url.Values{})), "has no secrets")
	assert.Empty(t, f.client("spa").Secrets)
}

// To restrict a client ends what others have from it, so it is asked first; so is to forget the names.
func TestWhoMayUseAClient(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	alice := f.user("alice")
	f.registered("shop", nil)
	path := "/admin/clients/shop/access"
	asked := b.post(path, url.Values{"action": {"allow"}, "user": {"Alice@example.com"}})
	assert.Contains(t, asked.Body.String(), "Only for those who are named?")
	assert.False(t, f.client("shop").Restricted)
	assert.Contains(t, b.done(b.post(path, filled(asked.Body.String()))), "alice may use it")
	assert.True(t, f.client("shop").Restricted)
	asked = b.post(path, url.Values{"action": {"allow"}, "group": {"staff"}})
	assert.Contains(t, asked.Body.String(), "Nobody has this role")
	page := b.done(b.post(path, filled(asked.Body.String())))
	assert.Contains(t, page, "Everyone with the role staff may use it")
	assert.Contains(t, page, `<a href="/admin/users/`+alice.ID.String()+`">alice</a>`)
	assert.Contains(t, page, `href="/admin/users"`, "the navigation is there, too")
	for _, typed := range []url.Values{{"user": {"bob"}}, {"user": {" "}}, {"group": {"No Role"}}, {"group": {""}}} {
		typed.Set("action", "allow")
		w := b.post(path, typed)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, typed)
		for field := range typed {
			if field != "action" {
				assert.Contains(t, w.Body.String(), `value="`+strings.TrimSpace(typed.Get(field))+`" autocomplete="off" autocapitalize="none" spellcheck="false" required aria-invalid="true" aria-describedby="`+field+`-problem"`)
			}
		}
	}
	b.done(b.post(path, url.Values{"action": {"disallow_user"}, "user": {alice.ID.String()}}))
	b.done(b.post(path, url.Values{"action": {"disallow_user"}, "user": {"nobody"}}))
	b.done(b.post(path, url.Values{"action": {"disallow_group"}, "group": {"staff"}}))
	assert.Contains(t, b.get("/admin/clients/shop").Body.String(), "Nobody is named yet")
	assert.True(t, f.client("shop").Restricted, "the last name that is removed opens it to nobody")
	asked = b.post(path, url.Values{"action": {"everyone"}})
	assert.Contains(t, asked.Body.String(), "Open it to everyone?")
	assert.True(t, f.client("shop").Restricted)
	b.done(b.post(path, filled(asked.Body.String())))
	assert.False(t, f.client("shop").Restricted)
	assert.Contains(t, b.done(b.post(path, url.Values{"action": {"other"}})), "Nothing was changed")
}

func TestNamedUsersOfAClientArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", func(c *client.Client) { c.Restricted = true })
	for i := range 52 {
		u := f.user("user-" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
		require.NoError(t, f.store.AllowUser(t.Context(), "shop", u.ID))
	}
	first := b.get("/admin/clients/shop").Body.String()
	assert.Contains(t, first, ">user-aa<")
	assert.NotContains(t, first, ">user-bz<")
	next := regexpNext.FindStringSubmatch(first)
	require.NotNil(t, next)
	address, _, _ := strings.Cut(unescape(next[1]), "#")
	second := b.get(address).Body.String()
	assert.Contains(t, second, ">user-bz<")
	assert.NotContains(t, second, ">user-aa<")
	assert.NotContains(t, second, `rel="next"`)
}

// Before access ends for everybody it is said that a name is wrong, or that nobody has a role.
func TestMistypedNamesShutNobodyOut(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	f.user("alice", "staff")
	const path = "/admin/clients/shop/access"
	assert.Contains(t, b.post(path, url.Values{"action": {"allow"}, "user": {"alise"}}).Body.String(), "There is no such user")
	assert.Contains(t, b.post(path, url.Values{"action": {"allow"}, "group": {"staf"}}).Body.String(), "Shut everybody out?")
	assert.Contains(t, b.post(path, url.Values{"action": {"allow"}, "group": {"staff"}}).Body.String(), "Only for those who are named?")
	assert.False(t, f.client("shop").Restricted)
}
