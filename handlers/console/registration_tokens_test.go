package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	itself "github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

const newRegistrationToken = "/admin/registration-tokens/new"

// shownToken is an initial access token on a page.
func shownToken(page string) string { return regexp.MustCompile(`gh_ia_[\w-]+`).FindString(page) }

func TestRegistrationTokenIsShownOnceAndRevoked(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	assert.Contains(t, b.get("/admin/registration-tokens").Body.String(), "GATEHOUSE_CLIENT_REGISTRATION is token")
	assert.Contains(t, b.get(newRegistrationToken).Body.String(), `value="1"`)
	form := url.Values{
		"label": {hostile}, "max_uses": {"3"}, "expires_in_days": {"30"}, "redirect_hosts": {"Shop.example\npay.example"}, "scopes": {"openid orders:read"}, "verified": {"1"}, "page": {b.token()},
	}
	made := b.post(newRegistrationToken, form)
	require.Equal(t, http.StatusCreated, made.Code, made.Body)
	text := shownToken(made.Body.String())
	require.NotEmpty(t, text)
	assert.Equal(t, text, shownToken(b.post(newRegistrationToken, form).Body.String()), "sent twice, it makes one")

	list, err := f.store.InitialTokens(t.Context(), provider.ID{}, 5)
	require.NoError(t, err)
	require.Len(t, list, 1)
	one := list[0]
	assert.Equal(t, []string{"shop.example", "pay.example"}, one.Hosts)
	assert.Equal(t, []string{"openid", "orders:read"}, one.Scopes)
	assert.Equal(t, 3, one.MaxUses)
	assert.True(t, one.Vouches)
	assert.Equal(t, 30*24*time.Hour, one.ExpiresAt.Sub(one.CreatedAt))

	path := "/admin/registration-tokens/" + one.ID.String()
	for _, at := range []string{"/admin/registration-tokens", path} {
		page := b.get(at).Body.String()
		assert.Empty(t, shownToken(page))
		assert.NotContains(t, page, "<script>alert")
		assert.Contains(t, page, "0 of 3")
		assert.Contains(t, page, ">valid<")
	}
	for _, pasted := range []string{text, one.ID.String()} {
		assert.Equal(t, path, location(t, b.post("/admin/find", url.Values{"find": {pasted}})))
	}

	asked := b.post(path+"/revocation", nil)
	assert.Contains(t, asked.Body.String(), "Revoke this token?")
	page := b.done(b.post(path+"/revocation", url.Values{"confirm": {"yes"}}))
	assert.Contains(t, page, ">revoked<")
	assert.NotContains(t, page, path+"/revocation")
	b.done(b.post(path+"/revocation", url.Values{"confirm": {"yes"}}))
	records, err := f.store.Records(t.Context(), audit.Filter{}, 10)
	require.NoError(t, err)
	var acts []audit.Action
	for _, r := range records {
		if r.Target.ID == one.ID.String() && r.Outcome == audit.Done {
			acts = append(acts, r.Action)
		}
	}
	assert.ElementsMatch(t, []audit.Action{audit.InitialTokenCreate, audit.InitialTokenRevoke}, acts)
}

// What is wrong stands beside the fields, which keep what was typed.
func TestRefusedRegistrationTokenKeepsTheForm(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	w := b.post(newRegistrationToken, url.Values{"label": {"Partner"}, "max_uses": {"many"}, "expires_in_days": {"0"}})
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	for _, want := range []string{`value="Partner"`, `value="many"`, `id="max_uses-problem"`, `id="expires_in_days-problem"`} {
		assert.Contains(t, page, want)
	}
	w = b.post(newRegistrationToken, url.Values{"max_uses": {"1"}, "expires_in_days": {"1"}, "redirect_hosts": {"https://a.example"}, "scopes": {"gatehouse:users:read"}, "label": {strings.Repeat("x", 201)}})
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	for _, field := range []string{"redirect_hosts", "scopes", "label"} {
		assert.Contains(t, w.Body.String(), `id="`+field+`-problem"`)
	}
	assert.Empty(t, shownToken(w.Body.String()))
	// With a page that was open for long, only after a proof.
	f.later(61 * time.Minute)
	w = b.post(newRegistrationToken, url.Values{"max_uses": {"1"}, "expires_in_days": {"1"}})
	assert.Empty(t, shownToken(w.Body.String()))
	list, err := f.store.InitialTokens(t.Context(), provider.ID{}, 5)
	require.NoError(t, err)
	assert.Empty(t, list)
}

func TestRegistrationTokensSayThatRegistrationIsOff(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.SelfRegistration = itself.Off })
	b := f.signIn(f.user("root", account.RoleAdmin))
	for _, path := range []string{"/admin/registration-tokens", newRegistrationToken} {
		assert.Contains(t, b.get(path).Body.String(), `id="registration-off"`, path)
	}
	assert.NotContains(t, b.get("/admin/registration-tokens").Body.String(), newRegistrationToken)
}

func TestRegistrationTokensArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for range 60 {
		require.NoError(t, f.store.AddInitialToken(t.Context(), itself.InitialToken{ID: f.id(), Hash: []byte(f.id().String()), CreatedAt: *f.now.Load(), ExpiresAt: *f.now.Load()}))
	}
	page := b.get("/admin/registration-tokens").Body.String()
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, next)
	assert.Equal(t, 60, strings.Count(page, `<th scope="row"`)+strings.Count(b.get(next[1]).Body.String(), `<th scope="row"`))
	assert.Contains(t, page, ">expired<")
}

func TestPageOfAClientSaysHowItRegistered(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("own", func(c *client.Client) { c.InitiateLoginURI = "https://own.example/begin?from=id" })
	page := b.get("/admin/clients/own").Body.String()
	assert.NotContains(t, page, `id="registered"`)
	assert.Contains(t, page, `href="https://own.example/begin?from=id&amp;iss=https%3A%2F%2Fid.example" rel="noreferrer"`)
	f.registered("local", func(c *client.Client) { c.InitiateLoginURI, c.Disabled = "https://local.example/begin", true })
	assert.NotContains(t, b.get("/admin/clients/local").Body.String(), `id="client-open"`, "nobody can sign in to it")

	now := *f.now.Load()
	initial := itself.InitialToken{ID: f.id(), Hash: []byte("h"), Label: "Partner", CreatedAt: now, ExpiresAt: now}
	require.NoError(t, f.store.AddInitialToken(t.Context(), initial))
	due := now.Add(72 * time.Hour)
	for name, kept := range map[string]itself.Kept{
		"open":                         {DueAt: &due},
		"token":                        {InitialToken: initial.ID},
		"https://notes.example/client": {DueAt: &due},
	} {
		f.registered(name, func(c *client.Client) { c.AuthMethod = client.None })
		kept.ClientID, kept.Hash, kept.CreatedAt = name, []byte(name), now
		require.NoError(t, f.store.AddRegistration(t.Context(), kept))
		_, err := f.clients.Update(t.Context(), audit.Actor{Kind: audit.Job, ID: "test", Scopes: audit.AllScopes()}, name, func(c *client.Client) error { c.Trust = client.Unverified; return nil })
		require.NoError(t, err)
	}
	page = b.get("/admin/clients/open").Body.String()
	for _, want := range []string{"itself, without a token", "at the earliest"} {
		assert.Contains(t, page, want)
	}
	assert.Contains(t, b.get("/admin/clients/"+url.PathEscape("https://notes.example/client")).Body.String(), "its metadata document, at the client ID")
	assert.Contains(t, b.get("/admin/clients/token").Body.String(), `<a href="/admin/registration-tokens/`+initial.ID.String()+`">Partner</a>`)
	b.done(b.post("/admin/clients/open/state", url.Values{"state": {"verified"}}))
	page = b.get("/admin/clients/open").Body.String()
	assert.Contains(t, page, "you: registered itself, verified")
	assert.NotContains(t, page, "at the earliest")
}

// A token that manages a registration is known by its client, and never shown again.
func TestFindKnowsTheTokenOfARegistration(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	id := f.id()
	f.registered(id.String(), nil)
	manages := token.Token{Kind: token.Registration, ID: id}
	assert.Equal(t, "/admin/clients/"+id.String(), location(t, b.post("/admin/find", url.Values{"find": {manages.Encode()}})))
	unknown := token.Token{Kind: token.Initial, ID: f.id()}
	page := b.post("/admin/find", url.Values{"find": {unknown.Encode()}}).Body.String()
	assert.NotContains(t, page, unknown.Encode())
	assert.Contains(t, page, "another server issued it")
}
