package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// sessionID is that of a browser.
func (b *browser) sessionID() provider.ID {
	b.t.Helper()
	s, err := b.web.Current(b.request(http.MethodGet, "/", http.NoBody))
	require.NoError(b.t, err)
	return s.ID
}

func TestSessionsOfAllUsersAreListedAndEnded(t *testing.T) {
	f := newFixture(t, nil)
	b, phone := f.signIn(f.user("root", account.RoleAdmin)), f.signIn(f.user("alice"))
	id := phone.sessionID()
	list := b.get("/admin/sessions").Body.String()
	assert.Contains(t, list, "alice")
	assert.Contains(t, list, "this browser")
	assert.NotContains(t, b.get("/admin/sessions?user=root").Body.String(), id.String())
	path := "/admin/sessions/" + id.String()
	assert.Contains(t, b.get(path).Body.String(), "End session")
	assert.Contains(t, b.done(b.post(path+"/end", nil)), "The session has ended")
	s, err := f.web.Current(phone.request(http.MethodGet, "/", http.NoBody))
	require.NoError(t, err)
	assert.Nil(t, s)
	page := b.get(path).Body.String()
	assert.Contains(t, page, "ended")
	assert.NotContains(t, page, "End session")
	assert.Equal(t, http.StatusTeapot, b.get("/admin/sessions/nothing").Code)
}

func TestConsentIsListedAndWithdrawn(t *testing.T) {
	f := newFixture(t, nil)
	b, alice, c := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice"), f.storedClient("mail")
	require.NoError(t, f.store.Remember(t.Context(), alice.ID, c.ID, "", consent.Remembered{}.And(consent.Agreement{Scopes: []string{"openid"}}), *f.now.Load()))
	p := f.issue(c, alice)
	for _, query := range []string{"", "?user=alice", "?client=mail", "?client=mail&user=alice"} {
		assert.Contains(t, b.get("/admin/consents"+query).Body.String(), "The mail", query)
	}
	assert.NotContains(t, b.get("/admin/consents?user=root").Body.String(), "The mail")
	path := "/admin/consents/" + consent.ID(alice.ID, c.ID) + "/withdrawal"
	assert.Contains(t, b.post(path, nil).Body.String(), "Withdraw this consent?")
	assert.Contains(t, b.done(b.post(path, map[string][]string{"confirm": {"yes"}})), "The consent of alice is withdrawn")
	_, g, err := f.store.TokenWithGrant(t.Context(), p.ID)
	require.NoError(t, err)
	assert.NotNil(t, g.EndedAt)
	assert.Equal(t, http.StatusTeapot, b.post(path, map[string][]string{"confirm": {"yes"}}).Code)
	assert.Equal(t, http.StatusTeapot, b.get("/admin/consents?after=x").Code)
}
