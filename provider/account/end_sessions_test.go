package account_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// A change that ends the sessions of a user publishes one event for each; other changes publish none.
func TestChangeOfAUserPublishesTheSessionsItEnds(t *testing.T) {
	t.Parallel()
	change := func(change func(u *account.User)) func(*testing.T, *fixture) {
		return func(t *testing.T, f *fixture) {
			_, err := f.users.Update(t.Context(), audittest.Operator(), "alice", change)
			require.NoError(t, err)
		}
	}
	for name, tc := range map[string]struct {
		act  func(t *testing.T, f *fixture)
		ends bool
	}{
		"renamed":  {change(func(u *account.User) { u.Profile.Name = "Alice Liddell" }), false},
		"disabled": {change(func(u *account.User) { u.Disabled = true }), true},
		"another password": {func(t *testing.T, f *fixture) {
			_, err := f.users.SetPassword(t.Context(), audittest.Operator(), "alice", "through-the-glass")
			require.NoError(t, err)
		}, true},
		"deleted": {func(t *testing.T, f *fixture) {
			u, err := f.users.Find(t.Context(), "alice")
			require.NoError(t, err)
			require.NoError(t, f.users.Delete(t.Context(), audittest.Operator(), u.ID))
			require.ErrorIs(t, f.users.Delete(t.Context(), audittest.Operator(), u.ID), provider.ErrNotFound)
		}, true},
		"a change that is refused": {func(t *testing.T, f *fixture) {
			_, err := f.users.Update(t.Context(), audittest.Operator(), "alice", func(u *account.User) { u.Disabled, u.Phone = true, "no number" })
			require.ErrorIs(t, err, account.ErrPhone)
		}, false},
	} {
		f := newFixture(t)
		u, err := f.users.Find(t.Context(), "alice")
		require.NoError(t, err)
		var want []event.Event
		for range 2 {
			now := time.Now().UTC()
			s := &session.Session{ID: provider.NewID(now, rand.Reader), User: u, Hash: make([]byte, 33), Proofs: session.ProvedAt(now, session.Password), SeenAt: now, ExpiresAt: now.Add(time.Hour)}
			_, _ = rand.Read(s.Hash)
			require.NoError(t, f.store.CreateSession(t.Context(), s))
			if tc.ends {
				want = append(want, event.SessionEnded{SessionID: s.ID, UserID: u.ID})
			}
		}
		tc.act(t, f)
		assert.ElementsMatch(t, want, f.recorded, name)
	}
}
