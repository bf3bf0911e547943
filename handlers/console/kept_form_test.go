package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// signInAgain is another session of a user in the browser.
func (b *browser) signInAgain(u *account.User) {
	other := b.signIn(u)
	b.cookies["__Host-gatehouse_session"] = other.cookies["__Host-gatehouse_session"]
}

// versionOf is the version that the form of a page was made from.
func versionOf(b *browser, path string) string {
	return regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(b.get(path).Body.String())[1]
}

// kept are the fields of the form on a page that keeps one, and where it goes.
func kept(page string) (action string, form url.Values) {
	form = url.Values{}
	for _, input := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if input[1] != "again" {
			form.Add(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
		}
	}
	return html.UnescapeString(regexp.MustCompile(`<form class="form" method="post" action="([^"]+)"`).FindStringSubmatch(page)[1]), form
}

// What was typed before the session ended is sent by whoever typed it, and by nobody else.
func TestFormsAreKeptWhenTheSessionHasEnded(t *testing.T) {
	f := newFixture(t, nil)
	root, other, alice := f.user("root", account.RoleAdmin), f.user("other", account.RoleAdmin), f.user("alice")
	b := f.signIn(root)
	path, token := "/admin/users/"+alice.ID.String()+"/edit", b.token()
	form := url.Values{"page": {token}, "username": {"alice"}, "nickname": {`"><script>`}, "version": {versionOf(b, path)}}
	delete(b.cookies, "__Host-gatehouse_session")
	w := b.post(path, form)
	require.Equal(t, http.StatusForbidden, w.Code, w.Body)
	page := w.Body.String()
	assert.Contains(t, page, `href="/login?login_hint=root&amp;next=%2Fadmin" target="_blank"`)
	assert.NotContains(t, page, "<script>\"")
	assert.NotContains(t, page, `action="/admin/find"`, "nobody is signed in")
	action, again := kept(page)
	assert.Equal(t, path, action)
	assert.Equal(t, form, again)
	b.signInAgain(other)
	assert.Contains(t, b.done(b.post(action, again)), "Another user is signed in")
	assert.Empty(t, f.stored(alice).Profile.Nickname)
	b.signInAgain(root)
	assert.Contains(t, b.done(b.post(action, again)), "alice is saved")
	assert.Equal(t, `"><script>`, f.stored(alice).Profile.Nickname)
}

// A form that was not shown in this browser is not repeated by a page of this server.
func TestForeignFormsAreNotKept(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	b, elsewhere := f.signIn(root), f.signIn(root)
	token := b.token()
	path := "/admin/users/new"
	delete(b.cookies, "__Host-gatehouse_session")
	w := b.postFrom("https://evil.example", path, url.Values{"page": {token}, "username": {"mallory"}})
	assert.Equal(t, string(refusal.CheckCrossSite), w.Header().Get("Check"))
	assert.NotContains(t, w.Body.String(), "mallory")
	for name, page := range map[string]string{"none": "", "of another browser": elsewhere.token(), "changed": token[:len(token)-4] + "AAAA"} {
		w := b.post(path, url.Values{"page": {page}, "username": {"mallory"}})
		assert.Equal(t, "/login?next=%2Fadmin", location(t, w), name)
	}
	f.later(2 * time.Hour)
	b.signInAgain(f.user("other", account.RoleAdmin))
	f.later(2 * time.Hour)
	assert.Contains(t, b.done(b.post(path, url.Values{"page": {token}, "username": {"mallory"}, "roles": {"admin"}})), "Another user")
}

// What hands over accounts, secrets and keys takes a sign-in of the last hour. The form waits for it.
func TestSensitiveActsTakeAFreshSignIn(t *testing.T) {
	f := newFixture(t, nil)
	root, alice, boss := f.user("root", account.RoleAdmin), f.user("alice"), f.user("boss", account.RoleAdmin)
	auditor := f.user("watcher", account.RoleAuditor)
	f.registered("shop", func(c *client.Client) { c.GrantTypes = append(c.GrantTypes, client.ClientCredentials) })
	hook := f.hook("https://hooks.example/")
	of := func(u *account.User, page string) string { return "/admin/users/" + u.ID.String() + page }
	b := f.signIn(root)
	f.later(time.Hour)
	assert.Contains(t, b.done(b.post(of(alice, "/password"), url.Values{"password": {"through-the-glass"}})), "is set", "an hour is enough")
	f.later(time.Second)
	for name, act := range map[string]struct {
		path string
		form url.Values
	}{
		"a new administrator":         {"/admin/users/new", url.Values{"username": {"x"}, "roles": {"editor admin"}}},
		"a new auditor":               {"/admin/users/new", url.Values{"username": {"x"}, "roles": {"auditor"}}},
		"a role":                      {of(alice, "/edit"), url.Values{"username": {"alice"}, "roles": {"admin"}}},
		"an administrator's address":  {of(boss, "/edit"), url.Values{"username": {"boss"}, "roles": {"admin"}, "email": {"x@example.com"}}},
		"an auditor's address":        {of(auditor, "/edit"), url.Values{"username": {"watcher"}, "roles": {"auditor"}, "email": {"x@example.com"}}},
		"a role by group":             {"/admin/groups/admin/members", url.Values{"user": {"alice"}}},
		"a role taken":                {"/admin/groups/auditor/removal", url.Values{"user": {auditor.ID.String()}}},
		"factors":                     {of(alice, "/factors"), url.Values{"confirm": {"yes"}}},
		"a passkey":                   {of(alice, "/factors"), url.Values{"passkey": {alice.ID.String()}}},
		"an administrator's state":    {of(boss, "/state"), url.Values{"state": {"disabled"}}},
		"an administrator's deletion": {of(boss, "/deletion"), url.Values{"confirm": {"boss"}}},
		"an invitation":               {"/admin/users/invitations", url.Values{"contact": {"x@example.com"}, "roles": {"admin"}}},
		"a secret":                    {"/admin/clients/shop/secrets", url.Values{"overlap": {"day"}}},
		"a secret's end":              {"/admin/clients/shop/secrets", url.Values{"secret": {"x"}}},
		"management scopes":           {registration, url.Values{"client_name": {"Shop"}, "scopes": {"openid\ngatehouse:users:write"}, "grant_types": {"client_credentials"}, "version": {versionOf(b, registration)}}},
		"a client with them":          {"/admin/new-client/service", url.Values{"client_name": {"Ops"}, "scopes": {"gatehouse:users:read"}}},
		"a key":                       {"/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"10"}}},
		"a key's end":                 {"/admin/keys/" + f.signers()[0].KID + "/withdrawal", url.Values{}},
		"a webhook's secret":          {"/admin/webhooks/" + hook.ID.String() + "/secret", url.Values{"overlap": {"24"}}},
	} {
		w := b.post(act.path, act.form)
		if !assert.Equal(t, http.StatusForbidden, w.Code, name) {
			continue
		}
		action, form := kept(w.Body.String())
		form.Del("page")
		assert.Equal(t, []any{act.path, act.form}, []any{action, form}, name)
		assert.Contains(t, w.Body.String(), `href="/login?login_hint=root&amp;next=%2Fadmin"`, name)
	}
	assert.Equal(t, []string{}, f.stored(alice).Roles)
	assert.Equal(t, "boss@example.com", f.stored(boss).Email)

	assert.Contains(t, b.done(b.post(of(alice, "/edit"), filledWith(b, of(alice, "/edit"), "nickname", "Al"))), "is saved", "what hands over nothing")
	w := b.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"10"}})
	b.signInAgain(root)
	action, form := kept(w.Body.String())
	assert.Contains(t, b.done(b.post(action, form)), "is published")
}

// A page that keeps a form does not repeat a password.
func TestPasswordsAreNotKept(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("alice")
	b := f.signIn(root)
	f.later(2 * time.Hour)
	w := b.post("/admin/users/"+alice.ID.String()+"/password", url.Values{"password": {"through-the-glass"}})
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.NotContains(t, w.Body.String(), "through-the-glass")
	assert.Contains(t, w.Body.String(), `name="password" type="password"`)
	b.signInAgain(root)
	action, form := kept(w.Body.String())
	form.Set("password", "through-the-glass")
	assert.Contains(t, b.done(b.post(action, form)), "password of alice is set")
}

// A browser that is remembered proves no second factor.
func TestSensitiveActsTakeTheSecondFactor(t *testing.T) {
	f := newFixture(t, func(c *console.Config) {
		c.Factors = factor.NewSessions(factor.Policy{Remember: 30 * 24 * time.Hour}, nil, c.Clock)
	})
	root := f.user("root", account.RoleAdmin)
	proposal, err := f.factors.Propose(root)
	require.NoError(t, err)
	_, err = f.factors.SetUpTOTP(t.Context(), root, proposal.Secret, factortest.Code(proposal.Secret, *f.now.Load()), provider.ID{})
	require.NoError(t, err)
	b := f.signInBy(root, session.Password, session.Remembered)
	w := b.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"10"}})
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Contains(t, w.Body.String(), `href="/factor?next=%2Fadmin"`)
	strong := f.signInBy(root, session.Password, "otp", "mfa")
	assert.Contains(t, strong.done(strong.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"10"}})), "is published")
}

// A session that was left open must not take the account of its user: that is for the own account, which asks for a
// proof and tells the former address.
func TestAdministratorsDoNotTakeTheirOwnAccounts(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	b := f.signIn(root)
	path := "/admin/users/" + root.ID.String()
	as := func(change url.Values) url.Values {
		form := url.Values{"username": {"root"}, "roles": {"admin"}, "email": {"root@example.com"}, "email_verified": {"1"}, "version": {versionOf(b, path+"/edit")}}
		for name, values := range change {
			form[name] = values
		}
		return form
	}
	for field, value := range map[string]string{"roles": "editor", "email": "mallory@example.com", "email_verified": "", "phone": "+44 20 7183 8750"} {
		w := b.post(path+"/edit", as(url.Values{field: {value}}))
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, field)
		assert.Contains(t, w.Body.String(), `id="`+field+`-problem"`, field)
	}
	assert.Equal(t, root.Email, f.stored(root).Email)
	assert.Contains(t, b.done(b.post(path+"/edit", as(url.Values{"nickname": {"Jo"}}))), "root is saved")
	for _, form := range []url.Values{{"confirm": {"yes"}}, {"passkey": {root.ID.String()}}} {
		page := b.done(b.post(path+"/factors", form))
		assert.Contains(t, page, "your own account")
		assert.Contains(t, page, `href="/account/security"`)
	}
}

// Nobody gets into an account, a client or a secret by a session that was left open.
func TestContactsKeysAndRepeatedSecretsAskForAProof(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	f.registered("shop", nil)
	edit := filled(b.get("/admin/users/" + alice.ID.String() + "/edit").Body.String())
	registered := filled(b.get("/admin/clients/shop/registration").Body.String())
	made := filled(b.get("/admin/new-client/service").Body.String())
	made.Set("client_name", "Job")
	require.Equal(t, http.StatusCreated, b.post("/admin/new-client/service", made).Code)

	f.later(61 * time.Minute)
	again := b.post("/admin/new-client/service", made)
	assert.Equal(t, http.StatusForbidden, again.Code)
	assert.NotContains(t, again.Body.String(), `id="client-secret"`)
	edit.Set("nickname", "Al")
	assert.Contains(t, b.done(b.post("/admin/users/"+alice.ID.String()+"/edit", edit)), "alice is saved", "that is no way in")
	edit = filled(b.get("/admin/users/" + alice.ID.String() + "/edit").Body.String())
	edit.Set("email", "mallory@evil.example")
	assert.Equal(t, http.StatusForbidden, b.post("/admin/users/"+alice.ID.String()+"/edit", edit).Code)
	assert.NotEqual(t, "mallory@evil.example", f.stored(alice).Email)
	assert.Equal(t, http.StatusForbidden, b.post("/admin/webhooks/new", url.Values{"url": {"https://evil.example/"}}).Code)
	f.registered("admin-tool", func(c *client.Client) { c.Disabled, c.Scopes = true, []string{"gatehouse:users:write"} })
	assert.Equal(t, http.StatusForbidden, b.post("/admin/clients/admin-tool/state", url.Values{"state": {"enabled"}}).Code)
	assert.Equal(t, http.StatusForbidden, b.post("/admin/clients/admin-tool/try/redirect-uri", url.Values{"action": {"add"}}).Code)
	assert.True(t, f.client("admin-tool").Disabled)
	registered.Set("token_endpoint_auth_method", "private_key_jwt")
	registered.Set("jwks", `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	assert.Equal(t, http.StatusForbidden, b.post("/admin/clients/shop/registration", registered).Code)
	assert.Empty(t, f.client("shop").JWKS)
}

// filledWith is the form of a page, with another value in a field.
func filledWith(b *browser, path, field, value string) url.Values {
	form := filled(b.get(path).Body.String())
	form.Set(field, value)
	return form
}

// What authenticates a client, and what was pasted to be found, is on no page that keeps a form.
func TestCredentialsAreNotKept(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	token := b.token()
	delete(b.cookies, "__Host-gatehouse_session")
	for _, path := range []string{"/admin/try/exchange", "/admin/try/step", "/admin/clients/shop/try/token", "/admin/find", "/admin/explain"} {
		w := b.post(path, url.Values{"page": {token}, "secret": {"top-secret"}, "assertion": {"top-secret"}, "find": {"top-secret"}, "error": {"top-secret"}})
		assert.Equal(t, http.StatusForbidden, w.Code, path)
		page := w.Body.String()
		if path == "/admin/find" || path == "/admin/explain" {
			field := map[string]string{"/admin/find": "find", "/admin/explain": "error"}[path]
			assert.NotContains(t, page, `name="`+field+`" value="top-secret"`, path)
			continue
		}
		assert.NotContains(t, page, `name="secret" value`, path)
		assert.NotContains(t, page, `name="assertion" value`, path)
	}
}
