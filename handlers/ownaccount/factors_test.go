package ownaccount_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

const factorsPage = "/account/security/factors"

// withApp gives a user an authenticator app.
func (f *fixture) withApp(u *account.User) {
	f.t.Helper()
	proposal, err := f.factors.Propose(u)
	require.NoError(f.t, err)
	_, err = f.factors.SetUpTOTP(f.t.Context(), u, proposal.Secret, factortest.Code(proposal.Secret, *f.now.Load()), provider.ID{})
	require.NoError(f.t, err)
}

// withPasskey gives a user a passkey.
func (f *fixture) withPasskey(u *account.User, name string) string {
	f.t.Helper()
	options, c, err := f.passkeys.Creation(f.t.Context(), u)
	require.NoError(f.t, err)
	response, err := passkeytest.New(issuer).Create(options)
	require.NoError(f.t, err)
	p, _, err := f.passkeys.Create(f.t.Context(), u, c, response, name, provider.ID{})
	require.NoError(f.t, err)
	return p.ID.String()
}

// withKey gives a user a security key that verifies nobody.
func (f *fixture) withKey(u *account.User, name string) string {
	f.t.Helper()
	options, c, err := f.passkeys.Creation(f.t.Context(), u)
	require.NoError(f.t, err)
	a := passkeytest.New(issuer)
	a.Flags &^= passkeytest.UserVerified
	response, err := a.Create(options)
	require.NoError(f.t, err)
	p, _, err := f.passkeys.Create(f.t.Context(), u, c, response, name, provider.ID{})
	require.NoError(f.t, err)
	require.False(f.t, p.Verifies)
	return p.ID.String()
}

// A security key that verifies nobody is none of the passkeys that sign one in without the password, whatever it is called.
func TestASecurityKeyIsNotCalledAPasskey(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	blue, plain := f.withKey(u, "Blue"), f.withKey(u, "")
	alice := f.signInBy(u, "pwd", "pop", "user", "mfa")
	const only = "It is a second step only"
	body := alice.open(factorsPage).Body.String()
	assert.Contains(t, body, `Blue <span class="mark">Security key</span>`)
	assert.Equal(t, 2, strings.Count(body, only))
	for id, question := range map[string]string{blue: "Remove the security key “Blue”?", plain: "Remove the security key?"} {
		body = alice.open(factorsPage + "?confirm=remove&passkey=" + id).Body.String()
		assert.Contains(t, body, question)
		assert.Regexp(t, `id="added">Added: <time`, body, "which of those without a name")
		assert.NotContains(t, strings.ToLower(body), "passkey “")
	}
	assert.Contains(t, alice.done(alice.post(factorsPage, url.Values{"action": {"remove"}, "passkey": {plain}})), "“Security key” was removed.")

	bob := f.user("bob")
	f.withPasskey(bob, "Laptop")
	body = f.signInBy(bob, "pop", "user", "mfa").open(factorsPage).Body.String()
	assert.Contains(t, body, `Laptop <span class="mark">Passkey</span>`)
	assert.NotContains(t, body, only)
}

func TestFactorsAreChanged(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	assert.Contains(t, f.signIn(u).open("/account/security").Body.String(), "Add a passkey or an app")
	f.withApp(u)
	id := f.withPasskey(u, "Laptop")
	alice := f.signInBy(u, "pop", "user", "mfa")
	body := alice.open(factorsPage).Body.String()
	for _, shown := range []string{"Laptop", "Authenticator app", "10 codes are left", "/set-up?next=/account/security/factors"} {
		assert.Contains(t, body, shown)
	}
	body = alice.done(alice.post(factorsPage, url.Values{"action": {"rename"}, "passkey": {id}, "name": {"Desk"}}))
	assert.Contains(t, body, "Desk")
	w := alice.post(factorsPage, url.Values{"action": {"rename"}, "passkey": {id}, "name": {strings.Repeat("x", 65)}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="name-problem"`)

	assert.Contains(t, body, `id="codes-renew" class="button small plain"`, "new codes are no loss")
	assert.Contains(t, body, `id="remove-app" class="button small danger"`)
	w = alice.post(factorsPage, url.Values{"action": {"codes"}})
	assert.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, "/recovery-codes?next="+url.QueryEscape(factorsPage), w.Header().Get("Location"))
	assert.NotEmpty(t, alice.cookies["__Host-gatehouse_codes"], "the page shows them")
	body = alice.done(alice.post(factorsPage, url.Values{"action": {"remove_app"}}))
	assert.NotContains(t, body, "remove-app")
	assert.Contains(t, body, `autofocus>“Authenticator app” was removed.`, "the page says what, and reads it out")
	body = alice.done(alice.post(factorsPage, url.Values{"action": {"remove"}, "passkey": {id}}))
	assert.Contains(t, body, "“Desk” was removed.")
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Empty(t, kept.Factors)
	assert.Equal(t, http.StatusSeeOther, alice.post(factorsPage, url.Values{"action": {"codes"}}).Code, "there is nothing that they stand in for")
}

// Whoever has the password alone, or the code of an app as well, or finds a browser that is remembered, must not change
// how an account with a passkey is protected. A recovery code takes the place of what was lost.
func TestChangesNeedTheFactorThatThereIs(t *testing.T) {
	f := newFixture(t, nil)
	u, other := f.user("alice"), f.user("bob")
	f.withApp(u)
	id := f.withPasskey(u, "Laptop")
	for _, methods := range [][]string{{"pwd"}, {"pwd", "remembered"}, {"pwd", "otp", "mfa"}} {
		thief := f.signInBy(u, methods...)
		for _, path := range []string{factorsPage, "/account/security/password", "/account/security/email"} {
			w := thief.open(path)
			assert.Equal(t, http.StatusSeeOther, w.Code)
			assert.Equal(t, "/factor?next="+url.QueryEscape(path), w.Header().Get("Location"))
			w = thief.post(path, url.Values{"action": {"remove_app"}, "password": {"another good password"}})
			assert.Equal(t, "/factor?next="+url.QueryEscape(path), w.Header().Get("Location"))
		}
	}
	assert.Equal(t, http.StatusOK, f.signInBy(u, "pwd", "otp", "recovered").open(factorsPage).Code)
	bob := f.signIn(other)
	assert.Equal(t, http.StatusSeeOther, bob.post(factorsPage, url.Values{"action": {"remove"}, "passkey": {id}}).Code)
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"totp", "passkey"}, kept.Factors)
}

// Whoever ends the sessions in other browsers does not want these to be let in by the password.
func TestEndingAllOthersForgetsRememberedBrowsers(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	before, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	alice := f.signIn(u)
	alice.done(alice.post("/account/sessions", url.Values{"action": {"others"}}))
	after, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Greater(t, after.Generation, before.Generation, "what a browser keeps is of a generation")
	assert.Equal(t, http.StatusOK, alice.open("/account").Code, "this one stays signed in")
}

// At the next sign-in whoever knows the password could set up a factor instead.
func TestTheLastFactorStaysWhereOneIsDemanded(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	u.Roles = []string{"guarded"}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	f.withApp(u)
	alice := f.signInBy(u, "pwd", "otp", "mfa")
	w := alice.post(factorsPage, url.Values{"action": {"remove_app"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="factor-problem"`)
	f.withPasskey(u, "Laptop")
	alice = f.signInBy(u, "pop", "user", "mfa")
	alice.done(alice.post(factorsPage, url.Values{"action": {"remove_app"}}))
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"passkey"}, kept.Factors)
}

// Codes by mail are removed like an app, count as a factor where one is demanded, and are in the file of one's data.
func TestCodesByMailAreRemoved(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	u.Roles = []string{"guarded"}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	require.NoError(t, f.store.SetMailFactor(t.Context(), u.ID, u.Email, *f.now.Load()))
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	alice := f.signInBy(kept, "pwd", "otp", "mfa")
	body := alice.open(factorsPage).Body.String()
	assert.Contains(t, body, `id="remove-mail"`)
	assert.NotContains(t, body, `id="remove-app"`)
	w := alice.post(factorsPage, url.Values{"action": {"remove_mail"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code, "the last factor of one who must have one")
	assert.Contains(t, alice.post("/account/data", url.Values{}).Body.String(), `"codes_by_mail"`)
	w = alice.post("/account/security/email", url.Values{"action": {"remove"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code, "nor with the address")
	assert.Contains(t, w.Body.String(), "codes to this address are the only one")

	bob := f.user("bob")
	require.NoError(t, f.store.SetMailFactor(t.Context(), bob.ID, bob.Email, *f.now.Load()))
	bob, err = f.store.User(t.Context(), bob.ID)
	require.NoError(t, err)
	there := f.signInBy(bob, "pwd", "otp", "mfa")
	assert.Contains(t, there.open(factorsPage+"?confirm=remove_mail").Body.String(), `id="last"`)
	assert.NotContains(t, there.done(there.post(factorsPage, url.Values{"action": {"remove_mail"}})), `id="remove-mail"`)
	bob, err = f.store.User(t.Context(), bob.ID)
	require.NoError(t, err)
	assert.Empty(t, bob.Factors)
}

// Whoever is not sure of a browser that is remembered has every browser ask again, and stays signed in.
func TestRememberedBrowsersAreForgotten(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	require.NoError(t, f.store.SetTOTP(t.Context(), u.ID, factor.StoredTOTP{Sealed: []byte{1}, CreatedAt: *f.now.Load()}))
	u, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	b := f.signInBy(u, "pwd", "otp", "mfa")
	const button = `id="browsers-forget"`
	assert.NotContains(t, b.open("/account/sessions").Body.String(), button, "no browser is remembered here")
	f.web.Remember = 24 * time.Hour
	assert.NotContains(t, f.signIn(f.user("bob")).open("/account/sessions").Body.String(), button, "who has no second factor")
	w := httptest.NewRecorder()
	f.web.RememberFactor(w, b.request(http.MethodPost, "/factor", http.NoBody), u)
	b.keep(w)
	remembered := func() bool {
		now, err := f.store.User(t.Context(), u.ID)
		require.NoError(t, err)
		return slices.Contains(f.web.Given(b.request(http.MethodPost, "/login", http.NoBody), now), session.Remembered)
	}
	require.True(t, remembered())
	page := b.open("/account/sessions").Body.String()
	require.Contains(t, page, button)
	assert.Contains(t, b.done(b.post("/account/sessions", url.Values{"page": {value(t, page, "page")}, "action": {"forget"}})), "All browsers ask for the second step again.")
	assert.False(t, remembered())
	require.Equal(t, http.StatusTeapot, b.postFrom("https://evil.example", "/account/sessions", url.Values{"action": {"forget"}}).Code)

	// Who has the session alone cannot have every sign-in of the user begin again.
	at, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	f.advance(session.FreshFor + time.Second)
	for _, action := range []string{"forget", "others"} {
		assert.Contains(t, b.post("/account/sessions", url.Values{"action": {action}}).Header().Get("Location"), "/login?", action)
	}
	after, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, at.Generation, after.Generation)
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.SessionForget}, 5)
	require.NoError(t, err)
	assert.Len(t, records, 1, "that of the time before")
}

// The name by kind, which the API has in English, would be one word twice, and in another language than the page.
func TestPasskeysWithoutANameAreInTheLanguageOfThePage(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	f.withPasskey(u, "")
	f.withPasskey(u, "Security key")
	alice := f.signInBy(u, "pop", "user", "mfa")
	body := alice.open(factorsPage + "?ui_locales=fr").Body.String()
	assert.Regexp(t, `<h2 id="passkey-\d">Clé d’accès</h2>`, body)
	assert.Regexp(t, `<h2 id="passkey-\d">Clé de sécurité</h2>`, body)
	assert.NotContains(t, body, "Security key")
}
