package ownaccount_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever signs in as somebody else in another tab does not change that account by the page that is still open.
func TestAFormIsOfTheUserToWhomItWasShown(t *testing.T) {
	f := newFixture(t, nil)
	alice, bob := f.user("alice"), f.user("bob")
	browser := f.signIn(alice)
	shown := value(t, browser.open("/account/profile").Body.String(), "page")
	other := f.signIn(bob)
	for _, c := range other.cookies { // in the same browser, which keeps what its values are sealed for
		if c.Name == "__Host-gatehouse_session" {
			browser.cookies[c.Name] = c
		}
	}
	before, err := f.store.User(t.Context(), bob.ID)
	require.NoError(t, err)
	for path, form := range map[string]url.Values{
		"/account/profile":           {"name": {"Alice"}},
		"/account/picture/remove":    {},
		"/account/security/password": {"password": {"a long new password"}},
		"/account/security/factors":  {"action": {"codes"}},
		"/account/security/email":    {"action": {"remove"}},
		"/account/sessions":          {"action": {"others"}},
		"/account/apps":              {"client": {"app"}},
		"/account/data":              {},
		"/account/delete":            {"action": {"delete"}},
	} {
		for name, token := range map[string]string{"of another user": shown, "none": "", "made up": shown + "AAAA"} {
			form.Set("page", token)
			got := browser.post(path, form)
			require.Equal(t, http.StatusSeeOther, got.Code, "%s %s", path, name)
			assert.Contains(t, browser.open(got.Header().Get("Location")).Body.String(), "Another user is signed in now", "%s %s", path, name)
		}
	}
	after, err := f.store.User(t.Context(), bob.ID)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}
