package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// evictions are the changes that invalidate earlier authentication of a user.
func (f *fixture) evictions() map[string]func(ctx context.Context, u *account.User) error {
	return map[string]func(ctx context.Context, u *account.User) error{
		"password": func(ctx context.Context, u *account.User) error {
			u.PasswordHash = "$argon2id$other"
			return f.UpdateUser(ctx, u)
		},
		"disabled": func(ctx context.Context, u *account.User) error {
			u.Disabled = true
			return f.UpdateUser(ctx, u)
		},
		"disabled and enabled": func(ctx context.Context, u *account.User) error {
			u.Disabled = true
			if err := f.UpdateUser(ctx, u); err != nil {
				return err
			}
			u.Disabled = false
			return f.UpdateUser(ctx, u)
		},
		"deleted": func(ctx context.Context, u *account.User) error { return f.DeleteUser(ctx, u.ID, f.clock()) },
	}
}

// trusting is an insert that relies on earlier authentication. Good tells whether the inserted row
// exists and is usable.
type trusting struct {
	name   string
	insert func(ctx context.Context) error
	good   func(ctx context.Context) bool
}

func (f *fixture) trusting(u *account.User, s *session.Session) []trusting {
	first, second, third := f.newSession(u), f.newSession(u), f.newSession(u)
	live := func(s *session.Session) func(ctx context.Context) bool {
		return func(ctx context.Context) bool {
			back, err := f.Session(ctx, s.ID)
			return err == nil && back.EndedAt == nil
		}
	}
	list := []trusting{
		{"session", func(ctx context.Context) error { return f.CreateSession(ctx, first) }, live(first)},
		{"approval", nil, nil},
		{"password grant", nil, nil},
		{"session with another factor", func(ctx context.Context) error { return f.StepUpSession(ctx, s.ID, third) }, live(third)},
		{"session in the place of another", func(ctx context.Context) error { return f.ReplaceSession(ctx, s.ID, second) }, live(second)},
	}
	for i, sessionID := range []provider.ID{s.ID, {}} {
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, UserGeneration: u.Generation, SessionID: sessionID, CreatedAt: f.clock(), Offline: true}
		list[i+1].insert = func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
		list[i+1].good = func(ctx context.Context) bool { return f.InsertToken(ctx, f.token(g.ID)) == nil }
	}
	return list
}

// Inserts that rely on stale authentication are refused and leave nothing behind.
func testStaleProofs(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, evict := range f.evictions() {
		u := f.user(t, name)
		verified, s := *u, f.session(t, u)
		require.NoError(t, evict(ctx, u))
		for _, i := range f.trusting(&verified, s) {
			require.ErrorIs(t, i.insert(ctx), provider.ErrStale, "%s, %s", name, i.name)
		}
	}
	assert.Equal(t, 3, Count(t, f.url, "sessions"), "the first of each user")
	assert.Zero(t, Count(t, f.url, "grants"))

	u := f.user(t, "bob")
	s, other := f.session(t, u), f.session(t, f.user(t, "carol"))
	u.Phone = ""
	require.NoError(t, f.UpdateUser(ctx, u))
	for _, i := range f.trusting(u, s) {
		require.NoError(t, i.insert(ctx), "after an unrelated change: %s", i.name)
		assert.True(t, i.good(ctx), i.name)
	}
	for name, g := range map[string]*grant.Grant{
		"a session that has ended": {UserID: u.ID, SessionID: s.ID},
		"another user's session":   {UserID: u.ID, SessionID: other.ID},
		"no such user":             {UserID: f.newID()},
	} {
		g.ID, g.ClientID, g.CreatedAt = f.newID(), "app", f.clock()
		require.ErrorIs(t, f.CreateGrant(ctx, g), provider.ErrStale, name)
	}
	require.ErrorIs(t, f.CreateSession(ctx, f.newSession(&account.User{ID: f.newID()})), provider.ErrStale, "no such user")
	g := &grant.Grant{ID: f.newID(), ClientID: "nothing", UserID: u.ID, CreatedAt: f.clock()}
	require.ErrorIs(t, f.CreateGrant(ctx, g), provider.ErrStale, "a client that is gone")
}

// Whichever of an eviction and an insert starts first and makes the other wait, nothing usable
// survives both.
func testStaleRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, evict := range f.evictions() {
		for n := range f.trusting(&account.User{}, &session.Session{}) {
			for _, evictionFirst := range []bool{true, false} {
				u := f.user(t, fmt.Sprint(name, n, evictionFirst))
				verified, s := *u, f.session(t, u)
				i := f.trusting(&verified, s)[n]
				end := func(ctx context.Context) error { return evict(ctx, u) }
				if evictionFirst {
					require.ErrorIs(t, f.overlap(t, end, i.insert), provider.ErrStale, "%s, %s", name, i.name)
				} else {
					require.NoError(t, f.overlap(t, i.insert, end), "%s, %s", name, i.name)
				}
				assert.False(t, i.good(ctx), "%s, %s, eviction first: %t", name, i.name, evictionFirst)
			}
		}
	}
}

// A user approves a request in one window and signs out in another.
func testApprovalRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	for _, signOutFirst := range []bool{true, false} {
		s := f.session(t, u)
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, SessionID: s.ID, CreatedAt: f.clock()}
		signOut := func(ctx context.Context) error {
			_, err := f.EndSession(ctx, s.ID, f.clock())
			return err
		}
		approve := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
		if signOutFirst {
			require.ErrorIs(t, f.overlap(t, signOut, approve), provider.ErrStale)
		} else {
			require.NoError(t, f.overlap(t, approve, signOut))
		}
		require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, "sign-out first: %t", signOutFirst)
	}
}

// A user approves and remembers a consent, and withdraws it at the same time.
func testWithdrawalRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for _, withdrawalFirst := range []bool{true, false} {
		u := f.user(t, fmt.Sprint("alice", withdrawalFirst))
		require.NoError(t, f.remember(ctx, u.ID, remembered(consent.Agreement{Scopes: []string{"a"}}), f.clock()))
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, CreatedAt: f.clock()}
		withdraw := func(ctx context.Context) error { return f.WithdrawConsent(ctx, u.ID, "app", f.clock()) }
		approve := func(ctx context.Context) error {
			if err := f.CreateGrant(ctx, g); err != nil {
				return err
			}
			return f.remember(ctx, u.ID, remembered(consent.Agreement{Scopes: []string{"a", "b"}}), f.clock())
		}
		if withdrawalFirst {
			require.ErrorIs(t, f.overlap(t, withdraw, approve), provider.ErrStale)
		} else {
			require.NoError(t, f.overlap(t, approve, withdraw))
		}
		standing, err := f.Standing(ctx, u.ID, "app")
		require.NoError(t, err)
		assert.Empty(t, standing.Remembered, "withdrawal first: %t", withdrawalFirst)
		require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound)
	}
}

// A concurrent change of another field is not undone.
func testUserRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	change := func(alter func(u *account.User)) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			locked, err := f.LockUser(ctx, u.ID)
			if err != nil {
				return err
			}
			alter(locked)
			return f.UpdateUser(ctx, locked)
		}
	}
	require.NoError(t, f.overlap(t,
		change(func(u *account.User) { u.PasswordHash = "$argon2id$new" }), change(func(u *account.User) { u.Roles = []string{} })))
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, "$argon2id$new", back.PasswordHash)
	assert.Empty(t, back.Roles)
	assert.EqualValues(t, 1, back.Generation)
	_, err = f.LockUser(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// overlap begins a transaction with first, starts second while it is open, and then commits it. It
// returns the result of second.
func (f *fixture) overlap(t *testing.T, first, second func(ctx context.Context) error) error {
	t.Helper()
	ended := make(chan error, 1)
	// The context of the first transaction would have second take part in it.
	own := t.Context()
	begin := func() { ended <- f.InTx(own, second) }
	require.NoError(t, f.InTx(t.Context(), func(ctx context.Context) error {
		if err := first(ctx); err != nil {
			return err
		}
		go begin()
		select {
		case err := <-ended: // it did not wait
			ended <- err
			return nil
		case <-time.After(20 * time.Millisecond):
			return nil
		}
	}))
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		return errors.New("second never ended")
	}
}
