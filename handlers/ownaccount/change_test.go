package ownaccount_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// What is wrong is tied to its field, and nothing that was typed is lost.
func TestProfile(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	u.Profile.Picture = "https://elsewhere.example/me.png"
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	alice := f.signIn(u)
	typed := url.Values{"name": {" Alice Liddell "}, "birthdate": {"yesterday"}, "website": {"javascript:alert(1)"}, "zoneinfo": {"Nowhere/Land"}, "street_address": {"1 Street\r\n2nd floor"}, "locality": {strings.Repeat("x", 300)}}
	w := alice.post("/account/profile", typed)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	body := w.Body.String()
	for _, id := range []string{"birthdate", "website", "zoneinfo", "locality"} {
		assert.Contains(t, body, `id="`+id+`-problem"`)
	}
	assert.Equal(t, 4, strings.Count(body, `class="fault"`))
	assert.Equal(t, []string{"Alice Liddell", "yesterday", "javascript:alert(1)"}, []string{value(t, body, "name"), value(t, body, "birthdate"), value(t, body, "website")})
	assert.Contains(t, body, "1 Street\n2nd floor</textarea>")
	assert.NotContains(t, body, "elsewhere.example", "no other server learns who looks at the page")

	for name, good := range map[string]string{"birthdate": "1852-05-04", "website": "https://a.example", "zoneinfo": "Europe/London", "locality": "Oxford"} {
		typed.Set(name, good)
	}
	typed.Set("picture", "https://evil.example/x.png")
	typed.Set("email", "evil@example.com")
	body = alice.done(alice.post("/account/profile", typed))
	assert.Equal(t, "Alice Liddell", value(t, body, "name"))
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"1852-05-04", "1 Street\n2nd floor", "https://elsewhere.example/me.png", "alice@example.com"}, []string{kept.Profile.Birthdate, kept.Profile.Address.Street, kept.Profile.Picture, kept.Email})
	alice.done(alice.post("/account/profile", url.Values{}))
	kept, err = f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Nil(t, kept.Profile.Address, "an empty form empties the profile")
	assert.NotEmpty(t, kept.Profile.Picture)
}

// Every other browser is signed out by a new password; this one stays.
func TestPassword(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice, elsewhere := f.signIn(u), f.signIn(u)
	w := alice.post("/account/security/password", url.Values{"password": {"password1"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="password-problem"`)
	assert.NotContains(t, w.Body.String(), "password1")
	body := alice.done(alice.post("/account/security/password", url.Values{"password": {"a long new password"}}))
	assert.Contains(t, body, "Your password was changed")
	assert.Equal(t, http.StatusSeeOther, elsewhere.open("/account").Code)
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.NotEqual(t, u.PasswordHash, kept.PasswordHash)
	sent, err := f.store.Messages(t.Context(), 10)
	require.NoError(t, err)
	assert.Equal(t, notify.PasswordChanged, sent[0].Kind)
}

func TestContacts(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	for typed, problem := range map[string]string{"noise": "not an email address", "alice@example.com": "has this contact already"} {
		w := alice.post("/account/security/email", url.Values{"contact": {typed}, "action": {"change"}})
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
		assert.Contains(t, w.Body.String(), `id="contact-problem"`, problem)
		assert.Equal(t, typed, value(t, w.Body.String(), "contact"))
	}
	w := alice.post("/account/security/email", url.Values{"contact": {" new@example.com "}, "action": {"change"}})
	assert.Contains(t, w.Header().Get("Location"), "/verify?id=")
	sent, err := f.store.Messages(t.Context(), 10)
	require.NoError(t, err)
	assert.Equal(t, []any{notify.ConfirmContact, "new@example.com"}, []any{sent[0].Kind, sent[0].To})
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, "alice@example.com", kept.Email, "the code comes first")

	w = alice.post("/account/security/email", url.Values{"action": {"remove"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), "you could not get back into your account")
	u.Phone, u.PhoneVerified = "+442071838750", true
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	require.NoError(t, f.store.ProvePhone(t.Context(), u.ID))
	assert.Contains(t, alice.done(alice.post("/account/security/email", url.Values{"action": {"remove"}})), "The contact was removed.")
	w = alice.post("/account/security/phone", url.Values{"contact": {"123"}, "action": {"change"}})
	assert.Contains(t, w.Body.String(), `id="contact-problem"`)
	for range 10 {
		w = alice.post("/account/security/phone", url.Values{"contact": {"+44 20 7183 8751"}, "action": {"change"}})
	}
	assert.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
}

func TestSessions(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice, second, third, bob := f.signIn(u), f.signIn(u), f.signIn(u), f.signIn(f.user("bob"))
	page := bob.open("/account/sessions").Body.String()
	assert.NotContains(t, page, `name="session"`)
	page = second.open("/account/sessions").Body.String()
	id := value(t, page, "session")
	bob.done(bob.post("/account/sessions", url.Values{"session": {id}, "action": {"end"}}))
	assert.Equal(t, http.StatusOK, third.open("/account").Code, "another user's session is not ended")
	assert.Contains(t, second.done(second.post("/account/sessions", url.Values{"session": {id}, "action": {"end"}})), "The browser was signed out.")
	ended := 0
	for _, b := range []*browser{alice, third} {
		if b.open("/account").Code != http.StatusOK {
			ended++
		}
	}
	assert.Equal(t, 1, ended)
	second.done(second.post("/account/sessions", url.Values{"session": {"noise"}, "action": {"end"}}))
	assert.Contains(t, second.done(second.post("/account/sessions", url.Values{"action": {"others"}})), "All other browsers were signed out.")
	for _, b := range []*browser{alice, third} {
		assert.Equal(t, http.StatusSeeOther, b.open("/account").Code)
	}
	assert.Equal(t, http.StatusOK, bob.open("/account").Code)
}

// The last administrator is told what to do first.
func TestTheLastAdministratorIsNotDeleted(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("root")
	u.Roles = []string{account.RoleAdmin}
	require.NoError(t, f.store.UpdateUser(t.Context(), u))
	root := f.signIn(u)
	w := root.post("/account/delete", url.Values{"action": {"delete"}})
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), `id="last-administrator"`)
	other := f.user("other")
	other.Roles = []string{account.RoleAdmin}
	require.NoError(t, f.store.UpdateUser(t.Context(), other))
	assert.Contains(t, root.post("/account/delete", url.Values{"action": {"delete"}}).Header().Get("Location"), "/done?change=")
}

func TestDeletion(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	w := alice.post("/account/delete", url.Values{"action": {"delete"}})
	assert.Contains(t, w.Header().Get("Location"), "/done?change=")
	assert.Equal(t, http.StatusSeeOther, alice.open("/account").Code)
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	due := f.now.Load().Add(14 * 24 * time.Hour)
	assert.Equal(t, &due, kept.DeleteAt)

	again := f.signIn(kept)
	for _, path := range slices.Concat(ownPages(), []string{factorsPage}) {
		w := again.open(path)
		if path == "/account/delete" || path == "/account/data" {
			assert.Contains(t, w.Body.String(), `id="deleting"`, path)
			continue
		}
		assert.Equal(t, []any{http.StatusSeeOther, "/account/delete"}, []any{w.Code, w.Header().Get("Location")}, path)
	}
	for _, path := range ownForms() {
		if path != "/account/delete" && path != "/account/data" {
			assert.Equal(t, "/account/delete", again.post(path, url.Values{"name": {"x"}}).Header().Get("Location"), path)
		}
	}
	f.advance(session.FreshFor + time.Second)
	assert.Equal(t, "/login?login_hint=alice&next="+url.QueryEscape("/account/delete"), again.post("/account/delete", url.Values{"action": {"keep"}}).Header().Get("Location"), "somebody else may have found the browser")
	kept, err = f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, &due, kept.DeleteAt)

	again = f.signIn(kept)
	f.advance(session.FreshFor)
	w = again.post("/account/delete", url.Values{"action": {"keep"}, "flow": {"sealed"}})
	assert.Equal(t, "/oauth/authorize?flow=sealed", w.Header().Get("Location"))
	kept, err = f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Nil(t, kept.DeleteAt)
	assert.Contains(t, again.done(again.post("/account/delete", url.Values{"action": {"keep"}})), "Your account stays.")
}

// The file has what is stored, and no secret.
func TestData(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	alice.done(alice.post("/account/profile", url.Values{"name": {"Alice"}}))
	alice.post("/account/security/email", url.Values{"contact": {"new@example.com"}, "action": {"change"}})
	w := alice.post("/account/data", url.Values{})
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, `attachment; filename="account.json"`, w.Header().Get("Content-Disposition"))
	var data map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &data))
	mine, _ := data["account"].(map[string]any)
	assert.Equal(t, []any{"alice", u.Subject, "alice@example.com"}, []any{mine["username"], mine["sub"], mine["email"]})
	for _, list := range []string{"sessions", "activity", "messages"} {
		assert.NotEmpty(t, data[list], list)
	}
	for _, list := range []string{"connected_apps", "agreements"} {
		assert.Equal(t, []any{}, data[list])
	}
	assert.NotContains(t, w.Body.String(), u.PasswordHash)
	for _, c := range alice.cookies {
		assert.NotContains(t, w.Body.String(), c.Value)
	}
}
