package ownaccount_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

// What cannot be taken back is asked about, and looking at the question changes nothing.
func TestRemovalsAreAskedAbout(t *testing.T) {
	f := newFixture(t, nil)
	u, other := f.user("alice"), f.user("bob")
	f.withApp(u)
	id := f.withPasskey(u, "Laptop")
	foreign := f.withPasskey(other, "Other")
	alice := f.signInBy(u, "pop", "user", "mfa")
	page := alice.open(factorsPage).Body.String()
	for _, question := range []struct{ query, shown string }{
		{"confirm=remove&amp;passkey=" + id, "Remove the passkey “Laptop”?"},
		{"confirm=remove_app", "Remove the authenticator app?"},
		{"confirm=codes", "Make new recovery codes?"},
	} {
		require.Contains(t, page, `href="`+factorsPage+"?"+question.query+`"`)
		values, err := url.ParseQuery(html.UnescapeString(question.query))
		require.NoError(t, err)
		w := alice.open(factorsPage + "?" + values.Encode())
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), question.shown)
		assert.Contains(t, w.Body.String(), `href="/account/security/factors">Cancel`)
		assert.NotContains(t, w.Body.String(), `id="last"`)
	}
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"totp", "passkey"}, kept.Factors)
	for _, query := range []string{"confirm=", "confirm=delete", "confirm=remove", "confirm=remove&passkey=x", "confirm=remove&passkey=" + foreign} {
		w := alice.open(factorsPage + "?" + query)
		assert.Equal(t, http.StatusSeeOther, w.Code, query)
		assert.Equal(t, factorsPage, w.Header().Get("Location"), query)
	}

	alice.done(alice.post(factorsPage, url.Values{"action": {"remove_app"}}))
	assert.Equal(t, http.StatusSeeOther, alice.open(factorsPage+"?confirm=remove_app").Code, "it is gone")
	assert.Contains(t, alice.open(factorsPage+"?confirm=remove&passkey="+id).Body.String(), `id="last"`)
	bob := f.signIn(f.user("carol"))
	assert.Equal(t, http.StatusSeeOther, bob.open(factorsPage+"?confirm=codes").Code, "there is nothing that they stand in for")
}

// Nobody is asked about what is refused then.
func TestTheLastDemandedFactorIsNotAskedAbout(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	u.Roles = []string{"guarded"}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	f.withApp(u)
	w := f.signInBy(u, "pwd", "otp", "mfa").open(factorsPage + "?confirm=remove_app")
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="factor-problem"`)
}

// Whoever has to sign in, or to give a factor, on the way to a question comes back to it. A form is not sent again.
func TestAQuestionIsComeBackTo(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	f.withApp(u)
	id := f.withPasskey(u, "Laptop")
	next := func(w *httptest.ResponseRecorder, path string) string {
		t.Helper()
		at, err := url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		require.Equal(t, path, at.Path)
		return at.Query().Get("next")
	}
	const app = factorsPage + "?confirm=remove_app"
	passkey := factorsPage + "?confirm=remove&passkey=" + id
	nobody := &browser{f, map[string]*http.Cookie{}}
	assert.Equal(t, app, next(nobody.open(app), "/login"))
	assert.Equal(t, factorsPage, next(nobody.open(factorsPage+"?done=said"), "/login"), "what was said is not said again")
	assert.Equal(t, app+"&passkey=%2F%2Fevil.example", next(nobody.open(app+"&passkey=//evil.example"), "/login"), "it stays a value")
	alice := f.signIn(u)
	assert.Equal(t, passkey, next(alice.open(passkey), "/factor"))
	assert.Equal(t, factorsPage, next(alice.post(app, url.Values{"action": {"remove_app"}}), "/factor"))
	f.advance(session.FreshFor + time.Second)
	assert.Equal(t, passkey, next(alice.open(passkey), "/login"))
}
