package ownaccount_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/ownaccount"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ownPages and ownForms are all that are for the user of a session.
func ownPages() []string {
	return []string{
		"/account", "/account/profile", "/account/security", "/account/security/password", "/account/security/email", "/account/security/phone", "/account/sessions", "/account/apps",
		"/account/activity", "/account/data", "/account/delete",
	}
}

func ownForms() []string {
	return []string{
		"/account/profile", "/account/picture", "/account/picture/remove", "/account/security/password", "/account/security/email", "/account/security/phone", "/account/sessions", "/account/apps",
		"/account/data", "/account/delete",
	}
}

// Who is not signed in signs in first, and comes back to the page.
func TestPagesAreForWhoIsSignedIn(t *testing.T) {
	f := newFixture(t, nil)
	nobody := &browser{f, map[string]*http.Cookie{}}
	for _, path := range ownPages() {
		w := nobody.open(path)
		assert.Equal(t, http.StatusSeeOther, w.Code, path)
		assert.Equal(t, "/login?next="+url.QueryEscape(path), w.Header().Get("Location"))
		assert.Empty(t, w.Body.String(), path)
	}
	for _, path := range []string{"/account/activity?before=019a2b3c-4d5e-7f60-8123-456789000001", "/account/delete?flow=sealed"} {
		assert.Equal(t, "/login?next="+url.QueryEscape(path), nobody.open(path).Header().Get("Location"), "the place is kept")
	}
	assert.Equal(t, "/login?next=%2Faccount%2Fapps", nobody.open("/account/receipts/019a2b3c-4d5e-7f60-8123-456789000001").Header().Get("Location"), "a download is no place")
	for _, path := range ownForms() {
		w := nobody.post(path, url.Values{})
		assert.Equal(t, http.StatusSeeOther, w.Code, path)
		assert.Contains(t, w.Header().Get("Location"), "/login?next=", path)
	}
	u := f.user("alice")
	alice := f.signIn(u)
	for _, path := range ownPages() {
		assert.Equal(t, http.StatusOK, alice.open(path).Code, path)
	}
	u.Disabled = true
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	assert.Equal(t, http.StatusSeeOther, alice.open("/account").Code, "a disabled user has no session")
}

// A form of another site does nothing.
func TestFormsOfOtherSitesDoNothing(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	for _, path := range ownForms() {
		for _, origin := range []string{"https://evil.example", "null"} {
			w := alice.postFrom(origin, path, url.Values{"action": {"delete"}, "password": {"a long password"}, "contact": {"evil@example.com"}})
			assert.Equal(t, http.StatusTeapot, w.Code, "%s from %s", path, origin)
		}
	}
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, kept)
}

// What the account is recovered by, what is stored and its end need a proof of the last five minutes.
func TestChangesNeedAFreshProof(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	pages := []string{"/account/security/password", "/account/security/email", "/account/security/phone", "/account/delete"}
	forms := map[string]url.Values{
		"/account/security/password": {"password": {"a long password"}}, "/account/security/email": {"contact": {"new@example.com"}}, "/account/security/phone": {"contact": {"+442071838750"}},
		"/account/delete": {"action": {"delete"}}, "/account/data": {},
	}
	f.advance(session.FreshFor)
	for _, path := range pages {
		assert.Equal(t, http.StatusOK, alice.open(path).Code, path)
	}
	f.advance(time.Second)
	for _, path := range pages {
		w := alice.open(path)
		assert.Equal(t, "/login?login_hint=alice&next="+url.QueryEscape(path), w.Header().Get("Location"), path)
	}
	for path, form := range forms {
		w := alice.post(path, form)
		assert.Equal(t, "/login?login_hint=alice&next="+url.QueryEscape(path), w.Header().Get("Location"), path)
		assert.Empty(t, w.Body.String(), path)
	}
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, kept, "nothing was changed")
	sent, err := f.store.Messages(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, sent)
	assert.Equal(t, http.StatusOK, alice.open("/account/profile").Code, "the others need none")
}

// The words for what was done are the browser's own: a link of another site says nothing.
func TestNobodyElseSaysWhatWasDone(t *testing.T) {
	f := newFixture(t, nil)
	alice, other := f.signIn(f.user("alice")), f.signIn(f.user("bob"))
	w := alice.post("/account/profile", url.Values{"name": {"Alice"}})
	location := w.Header().Get("Location")
	assert.Contains(t, alice.done(w), "Your profile was saved.")
	assert.NotContains(t, other.open(location).Body.String(), "Your profile was saved.")
	assert.NotContains(t, alice.open("/account/profile?done=profile_saved").Body.String(), "Your profile was saved.")
	assert.NotContains(t, alice.open(strings.Replace(location, "/profile", "/security", 1)).Body.String(), "Your profile was saved.", "nor does another page")
	f.advance(time.Minute)
	assert.Contains(t, alice.open(location).Body.String(), "Your profile was saved.", "it may be reloaded")
	f.advance(time.Second)
	assert.NotContains(t, alice.open(location).Body.String(), "Your profile was saved.", "for a minute")
}

func TestWhatIsNotOfferedIsNotThere(t *testing.T) {
	f := newFixture(t, func(c *ownaccount.Config) { c.Policy.Mail, c.Policy.SMS, c.Grace = false, false, 0 })
	alice := f.signIn(f.user("alice"))
	for _, path := range []string{"/account/security/email", "/account/security/phone", "/account/delete"} {
		assert.Equal(t, http.StatusTeapot, alice.open(path).Code, path)
		assert.Equal(t, http.StatusTeapot, alice.post(path, url.Values{"contact": {"new@example.com"}, "action": {"delete"}}).Code, path)
	}
	for _, path := range []string{"/account", "/account/security"} {
		body := alice.open(path).Body.String()
		assert.NotContains(t, body, "/account/delete")
		assert.NotContains(t, body, "/account/security/email")
	}
}

func TestChangePasswordLeadsToThePage(t *testing.T) {
	f := newFixture(t, nil)
	w := (&browser{f, map[string]*http.Cookie{}}).open("/.well-known/change-password")
	assert.Equal(t, http.StatusFound, w.Code)
	assert.Equal(t, "/account/security/password", w.Header().Get("Location"))
}

// People compare times with their own clock. Where the profile says nothing, the zone is named, too.
func TestTimesAreInTheZoneOfThePerson(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	f.withPasskey(u, "Laptop")
	pages := []string{"/account/sessions", "/account/security", "/account/activity", "/account/security/factors"}
	for zone, want := range map[string]string{"": "1 May 2026, 08:00:00 UTC", "Asia/Tokyo": "1 May 2026, 17:00:00 JST", "Europe/Atlantis": "1 May 2026, 08:00:00 UTC"} {
		u.Profile.Zoneinfo = zone
		require.NoError(t, f.store.UpdateUser(t.Context(), u))
		alice := f.signInBy(u, "pop", "user", "mfa")
		for _, page := range pages {
			body := alice.open(page).Body.String()
			assert.Contains(t, body, `<time datetime="2026-05-01T08:00:00Z">`+want+`</time>`, "%s in %q", page, zone)
		}
	}
}
