package ownaccount_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// What had ended is not said to end now. The session of another user is like one that had ended, and stays.
func TestASessionThatIsOverIsSaidToBe(t *testing.T) {
	f := newFixture(t, nil)
	u, bob := f.user("alice"), f.user("bob")
	here := f.signIn(u)
	f.advance(time.Second)
	f.signIn(u)
	f.signIn(bob)
	sessionOf := func(id provider.ID) string {
		list, err := f.sessions.List(t.Context(), id, true, provider.ID{}, 10)
		require.NoError(t, err)
		return list.Sessions[0].ID.String()
	}
	end := func(id string) string {
		return here.done(here.post("/account/sessions", url.Values{"session": {id}}))
	}
	other := sessionOf(u.ID)
	assert.Contains(t, end(other), "The browser was signed out.")
	for _, id := range []string{other, sessionOf(bob.ID), "x"} {
		page := end(id)
		assert.Contains(t, page, "That browser had been signed out already.", id)
		assert.NotContains(t, page, "The browser was signed out.", id)
	}
	assert.NotEmpty(t, sessionOf(bob.ID), "it is none of alice's")
}
