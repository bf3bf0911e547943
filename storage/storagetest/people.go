package storagetest

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
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

func (f *fixture) user(t *testing.T, name string) *account.User {
	t.Helper()
	u := &account.User{
		ID: f.newID(), Subject: provider.RandomID(rand.Reader).String(), Username: name, PasswordHash: "$argon2id$x", Email: name + "@example.com", EmailVerified: true, Phone: "+442071838750", PhoneVerified: true,
		Profile: account.Profile{Name: "Ein Mensch – £", Address: &account.Address{Country: "GB"}}, Roles: []string{"admin", "x"}, CreatedAt: f.clock(), UpdatedAt: f.clock(),
	}
	require.NoError(t, f.CreateUser(t.Context(), u))
	return u
}

func (f *fixture) newSession(u *account.User) *session.Session {
	return &session.Session{ID: f.newID(), User: u, Hash: make([]byte, 33), Proofs: session.ProvedAt(f.clock(), session.Password), SeenAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour)}
}

func (f *fixture) session(t *testing.T, u *account.User) *session.Session {
	t.Helper()
	s := f.newSession(u)
	require.NoError(t, f.CreateSession(t.Context(), s))
	return s
}

func testUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	for _, login := range []string{"alice", "alice@example.com"} {
		back, err := f.UserByLogin(ctx, login)
		require.NoError(t, err)
		assert.Equal(t, u, back)
	}
	for _, login := range []string{"", "Alice", "alice ", "al%", "ali_e"} {
		_, err := f.UserByLogin(ctx, login)
		assert.ErrorIs(t, err, provider.ErrNotFound, "%q", login)
	}
	f.user(t, "strasse")
	for want, forms := range map[string][]string{"alice": {"nobody", "alice@example.com", "strasse"}, "strasse": {"strasse", "alice"}, "": {"straße", "nobody@example.com"}} {
		back, err := f.UserByLogin(ctx, forms...)
		if want == "" {
			require.ErrorIs(t, err, provider.ErrNotFound)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, want, back.Username, "the first form that matches")
	}
	_, err := f.UserByLogin(ctx)
	require.ErrorIs(t, err, provider.ErrNotFound)
	back, err := f.UserBySubject(ctx, u.Subject)
	require.NoError(t, err)
	assert.Equal(t, u, back)
	twin := *u
	twin.ID, twin.Username, twin.Email = f.newID(), "namesake", ""
	require.ErrorIs(t, f.CreateUser(ctx, &twin), provider.ErrConflict, "the subject is taken")
	twin = *u
	twin.ID, twin.Subject = f.newID(), twin.ID.String()
	require.ErrorIs(t, f.CreateUser(ctx, &twin), provider.ErrConflict)
	twin.Username = "other"
	require.ErrorIs(t, f.CreateUser(ctx, &twin), provider.ErrConflict, "the address is taken")
	twin.Email = ""
	require.NoError(t, f.CreateUser(ctx, &twin))
	twin.Subject = ""
	third := twin
	third.ID, third.Username = f.newID(), "third"
	require.NoError(t, f.CreateUser(ctx, &third), "any number of users without an address")

	subject := u.Subject
	u.Email, u.Roles, u.EmailVerified, u.Subject = "", []string{}, false, "another"
	require.NoError(t, f.UpdateUser(ctx, u))
	u.Subject = subject
	back, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, back)
	require.ErrorIs(t, f.UpdateUser(ctx, &account.User{ID: f.newID(), Username: "nobody"}), provider.ErrNotFound)
	page, err := f.Users(ctx, account.Filter{After: "alice"}, 1)
	require.NoError(t, err)
	require.Len(t, page, 1)
	assert.Equal(t, "other", page[0].Username)
}

// Disabling a user, or changing the password, ends sessions and grants in the same transaction.
func testUserEnds(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, change := range map[string]func(u *account.User){
		"disabled": func(u *account.User) { u.Disabled = true }, "password": func(u *account.User) { u.PasswordHash = "$argon2id$y" }, "harmless": func(u *account.User) { u.Phone = "" },
	} {
		u := f.user(t, name)
		s := &session.Session{ID: f.newID(), User: u, Hash: make([]byte, 33), Proofs: session.ProvedAt(f.clock(), session.Password), SeenAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour)}
		require.NoError(t, f.CreateSession(ctx, s))
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, SessionID: s.ID, CreatedAt: f.clock(), Offline: true}
		require.NoError(t, f.CreateGrant(ctx, g))
		tok := f.token(g.ID)
		require.NoError(t, f.InsertToken(ctx, tok))
		change(u)
		require.NoError(t, f.UpdateUser(ctx, u))
		back, err := f.Session(ctx, s.ID)
		require.NoError(t, err)
		_, ended, err := f.TokenWithGrant(ctx, tok.ID)
		require.NoError(t, err)
		assert.Equal(t, name == "harmless", back.EndedAt == nil && ended.EndedAt == nil, name)
	}
}

// Nothing of a deleted user stays valid, and other users are not affected.
func testDeletedUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	refresh := map[*account.User]*grant.Token{}
	require.NoError(t, f.AllowUser(ctx, "app", alice.ID))
	require.NoError(t, f.AllowUser(ctx, "app", bob.ID))
	for _, u := range []*account.User{alice, bob} {
		s := f.session(t, u)
		refresh[u] = f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID, SessionID: s.ID, Offline: true})
		require.NoError(t, f.remember(ctx, u.ID, remembered(consent.Agreement{Scopes: []string{"a"}}), f.clock()))
	}
	require.NoError(t, f.DeleteUser(ctx, alice.ID, f.clock()))
	require.ErrorIs(t, f.DeleteUser(ctx, alice.ID, f.clock()), provider.ErrNotFound)
	_, err := f.User(ctx, alice.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	for u, gone := range map[*account.User]bool{alice: true, bob: false} {
		_, g, err := f.TokenWithGrant(ctx, refresh[u].ID)
		require.NoError(t, err)
		assert.Equal(t, gone, g.EndedAt != nil, u.Username)
		r, err := f.RefreshToken(ctx, refresh[u].ID, false)
		require.NoError(t, err)
		assert.Equal(t, gone, !r.UserEnabled || !r.MayUse)
		standing, err := f.Standing(ctx, u.ID, "app")
		require.NoError(t, err)
		assert.Equal(t, gone, len(standing.Remembered) == 0)
	}
	assert.Equal(t, 1, Count(t, f.url, "sessions"))
	again := f.user(t, "alice")
	assert.NotEqual(t, alice.Subject, again.Subject)
}

// A user from before the subject column keeps the id as subject.
func testSubjects(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, older := range map[string]bool{"alice": false, "bob": true} {
		u := f.user(t, name)
		want := u.Subject
		if older {
			Exec(t, f.url, "UPDATE users SET subject = NULL WHERE username = '"+name+"'")
			want = u.ID.String()
		}
		for range 2 {
			u, err := f.User(ctx, u.ID)
			require.NoError(t, err)
			assert.Equal(t, want, u.Subject)
			require.NoError(t, f.UpdateUser(ctx, u))
		}
		assert.Equal(t, older, number(t, f.url, "SELECT count(*) FROM users WHERE subject IS NULL AND username = '"+name+"'") == 1)
		s, err := f.Session(ctx, f.session(t, u).ID)
		require.NoError(t, err)
		assert.Equal(t, want, s.User.Subject)
		tok := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID, Subject: "whatever"})
		_, g, err := f.TokenWithGrant(ctx, tok.ID)
		require.NoError(t, err)
		r, err := f.RefreshToken(ctx, tok.ID, false)
		require.NoError(t, err)
		for _, got := range []string{g.Subject, r.Grant.Subject} {
			assert.Equal(t, !older, got == want, "empty where it is the id: %q", got)
			assert.Equal(t, older, got == "")
		}
	}
}

func testSessions(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	s := &session.Session{
		ID: f.newID(), User: u, Hash: make([]byte, 33), Proofs: session.ProvedAt(f.clock(), session.Password, "otp"), SeenAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour),
		Address: "192.0.2.1", Seen: session.Browser{Address: "192.0.2.1", UserAgent: "Firefox/1 £"},
	}
	require.NoError(t, f.CreateSession(ctx, s))
	back, err := f.Session(ctx, s.ID)
	require.NoError(t, err)
	assert.Equal(t, s, back)
	_, err = f.Session(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)

	later := f.clock().Add(time.Minute)
	moved := session.Browser{Address: "2001:db8::1", UserAgent: "Firefox/2"}
	require.NoError(t, f.TouchSession(ctx, s.ID, later, moved))
	require.NoError(t, f.TouchSession(ctx, s.ID, f.clock(), session.Browser{}), "never backwards")
	back, err = f.Session(ctx, s.ID)
	require.NoError(t, err)
	assert.Equal(t, later, back.SeenAt)
	assert.Equal(t, moved, back.Seen)
	assert.Equal(t, "192.0.2.1", back.Address, "where it began")
	page, err := f.Sessions(ctx, session.Filter{}, 1)
	require.NoError(t, err)
	assert.Equal(t, []any{back.Address, moved, s.ID}, []any{page.Sessions[0].Address, page.Sessions[0].Seen, page.Next})
	assert.Empty(t, page.Sessions[0].Hash)

	online := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, SessionID: s.ID, CreatedAt: f.clock()}
	offline := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, SessionID: s.ID, CreatedAt: f.clock(), Offline: true}
	tokens := map[bool]provider.ID{}
	for _, g := range []*grant.Grant{online, offline} {
		require.NoError(t, f.CreateGrant(ctx, g))
		tok := f.token(g.ID)
		require.NoError(t, f.InsertToken(ctx, tok))
		tokens[g.Offline] = tok.ID
	}
	// Reauthentication replaces the session and keeps its grants.
	next := *s
	next.ID = f.newID()
	require.NoError(t, f.ReplaceSession(ctx, s.ID, &next))
	back, err = f.Session(ctx, s.ID)
	require.NoError(t, err)
	assert.NotNil(t, back.EndedAt)
	for _, id := range tokens {
		_, g, err := f.TokenWithGrant(ctx, id)
		require.NoError(t, err)
		assert.Nil(t, g.EndedAt)
		assert.Equal(t, next.ID, g.SessionID)
	}
	s = &next
	f.ends(t, s.ID)
	_, err = f.EndSession(ctx, s.ID, later)
	require.NoError(t, err, "the first end time is kept")
	back, err = f.Session(ctx, s.ID)
	require.NoError(t, err)
	at := f.clock()
	assert.Equal(t, &at, back.EndedAt)
	for isOffline, id := range tokens {
		_, g, err := f.TokenWithGrant(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, isOffline, g.EndedAt == nil, "with offline_access it survives the sign-out")
	}
}

func testCodes(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	at := f.clock()
	s := f.session(t, u)
	g := &grant.Grant{
		ID: f.newID(), ClientID: "app", UserID: u.ID, Subject: u.Subject, SessionID: s.ID, Scopes: []string{"openid"}, Audience: []string{}, AuthTime: &at,
		ACR: "1", AMR: []string{"pwd"}, Claims: `{"userinfo":{}}`, ClaimsAgreed: true, Offline: true, CreatedAt: at,
	}
	require.NoError(t, f.CreateGrant(ctx, g))
	require.ErrorIs(t, f.CreateGrant(ctx, g), provider.ErrConflict, "a request is approved once")
	c := &grant.Code{ID: f.newID(), GrantID: g.ID, Hash: make([]byte, 33), RedirectURI: "https://app/cb", Challenge: "c", Method: "S256", Nonce: "n", ExpiresAt: at.Add(time.Minute)}
	require.NoError(t, f.CreateCode(ctx, c))
	_, back, err := f.CodeWithGrant(ctx, c.ID, true)
	require.NoError(t, err)
	assert.Equal(t, u, back.User, "in the same statement")
	code, back, err := f.CodeWithGrant(ctx, c.ID, false)
	require.NoError(t, err)
	assert.Equal(t, c, code)
	assert.Equal(t, g, back)

	var used atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			won, err := f.UseCode(ctx, c.ID, at)
			assert.NoError(t, err)
			if won {
				used.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, used.Load())
	code, _, err = f.CodeWithGrant(ctx, c.ID, false)
	require.NoError(t, err)
	assert.Equal(t, &at, code.UsedAt)

	u.Disabled = true
	require.NoError(t, f.UpdateUser(ctx, u))
	_, _, err = f.CodeWithGrant(ctx, c.ID, false)
	assert.ErrorIs(t, err, provider.ErrNotFound, "the code of a disabled user")
}
