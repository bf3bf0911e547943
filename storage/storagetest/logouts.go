package storagetest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
)

// told stores a client that is told of sign-outs at an address, and loaded by browsers if front.
func (f *fixture) told(t *testing.T, id, back string, front bool) {
	t.Helper()
	c := sampleClient(id, f.clock())
	c.Restricted, c.BackChannelLogoutURI = false, back
	if front {
		c.FrontChannelLogoutURI = "https://" + id + ".example/out"
	}
	require.NoError(t, f.CreateClient(t.Context(), c))
}

// takesPart gives a client a grant in a session.
func (f *fixture) takesPart(t *testing.T, s *session.Session, clientID string, scopes ...string) *grant.Grant {
	t.Helper()
	if scopes == nil {
		scopes = []string{"openid"}
	}
	ends := f.clock().Add(time.Hour)
	g := &grant.Grant{ID: f.newID(), ClientID: clientID, UserID: s.User.ID, SessionID: s.ID, Scopes: scopes, CreatedAt: f.clock(), ExpiresAt: &ends}
	require.NoError(t, f.CreateGrant(t.Context(), g))
	return g
}

// ends ends a session.
func (f *fixture) ends(t *testing.T, id provider.ID) {
	t.Helper()
	_, err := f.EndSession(t.Context(), id, f.clock())
	require.NoError(t, err)
}

// logouts are what clients are to be told: client and session.
func (f *fixture) logouts(t *testing.T) []string {
	t.Helper()
	list, err := f.Logouts(t.Context(), logout.Filter{}, 1000)
	require.NoError(t, err)
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = d.ClientID + " " + d.SID.String()
	}
	slices.Sort(names)
	return names
}

// Who is told of the end of a session: the clients that took part in it and want to be told, once, by
// the names that they know it by.
func testLogouts(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "back", "https://back.example/out", false)
	f.told(t, "both", "https://both.example/out", true)
	f.told(t, "front", "", true)
	f.told(t, "elsewhere", "https://elsewhere.example/out", true)
	f.client(t, "silent")
	u := f.user(t, "alice")
	s, other := f.session(t, u), f.session(t, u)
	for _, id := range []string{"back", "back", "both", "front", "silent"} {
		f.takesPart(t, s, id)
	}
	f.takesPart(t, other, "elsewhere")
	f.takesPart(t, s, "elsewhere", "openid_like", "profile")
	ended := f.takesPart(t, s, "back")
	require.NoError(t, f.EndGrant(ctx, ended.ID, f.clock()))

	parties, err := f.EndSession(ctx, s.ID, f.clock())
	require.NoError(t, err)
	assert.Equal(t, []session.Party{{ClientID: "both", SID: s.ID}, {ClientID: "front", SID: s.ID}}, parties)
	want := []string{"back " + s.ID.String(), "both " + s.ID.String()}
	assert.Equal(t, want, f.logouts(t))
	list, err := f.Logouts(ctx, logout.Filter{ClientID: "back"}, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, logout.Delivery{
		ID: list[0].ID, ClientID: "back", SID: s.ID, UserID: u.ID, Subject: u.Subject, State: logout.Pending, CreatedAt: f.clock(), NextAt: f.clock(),
	}, list[0])

	f.advance(time.Second)
	parties, err = f.EndSession(ctx, s.ID, f.clock())
	require.NoError(t, err)
	assert.Empty(t, parties, "it was over")
	_, err = f.EndSessions(ctx, u.ID, f.clock())
	require.NoError(t, err)
	want = append(want, "elsewhere "+other.ID.String())
	assert.Equal(t, want, f.logouts(t), "the session that was over is not told again")

	require.NoError(t, f.DeleteClient(ctx, "both"))
	assert.Equal(t, []string{want[0], want[2]}, f.logouts(t), "another client with that id is told nothing")
}

// A client knows a session by the name in the ID tokens that it got, whatever replaced the session since.
func testLogoutNames(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "app", "https://app.example/out", true)
	f.told(t, "late", "https://late.example/out", true)
	u := f.user(t, "alice")
	first := f.session(t, u)
	g := f.takesPart(t, first, "app")
	tok := f.token(g.ID)
	require.NoError(t, f.InsertToken(ctx, tok))
	second, third := f.newSession(u), f.newSession(u)
	require.NoError(t, f.ReplaceSession(ctx, first.ID, second))
	assert.Empty(t, f.logouts(t), "nobody was signed out")
	f.takesPart(t, second, "late")
	require.NoError(t, f.StepUpSession(ctx, second.ID, third))
	f.takesPart(t, third, "app")
	assert.Empty(t, f.logouts(t))
	_, read, err := f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.Equal(t, []provider.ID{third.ID, first.ID}, []provider.ID{read.SessionID, read.SessionName()})

	for _, name := range []provider.ID{first.ID, second.ID, third.ID} {
		named, err := f.SessionNamed(ctx, name)
		require.NoError(t, err)
		assert.Equal(t, third, named, "each name is that of the session that is live")
	}
	_, err = f.SessionNamed(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)

	parties, err := f.EndSession(ctx, third.ID, f.clock())
	require.NoError(t, err)
	want := []string{"app " + first.ID.String(), "app " + third.ID.String(), "late " + second.ID.String()}
	slices.Sort(want)
	assert.Equal(t, want, f.logouts(t))
	assert.Len(t, parties, 3)

	// Who signs in again while the session is ended elsewhere begins another one, in which nobody takes part yet.
	next := f.newSession(u)
	require.NoError(t, f.ReplaceSession(ctx, third.ID, next))
	parties, err = f.EndSession(ctx, next.ID, f.clock())
	require.NoError(t, err)
	assert.Empty(t, parties)
	assert.Equal(t, want, f.logouts(t), "each end is told once")
}

// What ends the sessions of a user by itself tells clients, too.
func testLogoutsOfChangedUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "app", "https://app.example/out", false)
	for name, change := range map[string]func(u *account.User){
		"alice": func(u *account.User) { u.Disabled = true },
		"bob":   func(u *account.User) { u.PasswordHash = "$argon2id$y" },
	} {
		u := f.user(t, name)
		before := len(f.logouts(t))
		f.takesPart(t, f.session(t, u), "app")
		change(u)
		require.NoError(t, f.UpdateUser(ctx, u))
		assert.Len(t, f.logouts(t), before+1, name)
	}
}

// A client of which grants name the user differently is told once of each session.
func testLogoutSubjects(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "app", "https://app.example/out", true)
	s := f.session(t, f.user(t, "alice"))
	f.takesPart(t, s, "app")
	Exec(t, f.url, "UPDATE grants SET subject = 'another'")
	f.takesPart(t, s, "app")
	parties, err := f.EndSession(ctx, s.ID, f.clock())
	require.NoError(t, err)
	assert.Len(t, parties, 1)
	assert.Len(t, f.logouts(t), 1)
}

// However many clients wait for a retry, those with something due are found, step by step, and the one that has waited
// longest is the first.
func testDueLogouts(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	for _, id := range []string{"c", "a", "e", "b", "d"} {
		f.told(t, id, "https://"+id+".example/out", false)
		f.signedOut(t, id, u, u)
		f.advance(time.Second)
	}
	until := f.clock().Add(time.Minute)
	for range 2 {
		_, err := f.ClaimLogout(ctx, "b", f.clock(), until)
		require.NoError(t, err)
	}
	look := func(after string, limit int) (due []string, last string) {
		due, last, err := f.DueLogouts(ctx, f.clock(), after, limit)
		require.NoError(t, err)
		return due, last
	}
	due, last := look("", 1000)
	assert.Equal(t, []string{"c", "a", "e", "d"}, due)
	assert.Empty(t, last)
	due, last = look("", 3)
	assert.Equal(t, []string{"c", "a"}, due)
	assert.Equal(t, "c", last)
	due, last = look(last, 3)
	assert.Equal(t, []string{"e", "d"}, due)
	assert.Empty(t, last)
	due, last = look("b", 1)
	assert.Equal(t, []any{[]string{"c"}, "c"}, []any{due, last})
	f.setTime(until)
	due, _ = look("", 1000)
	assert.Equal(t, []string{"c", "a", "e", "d", "b"}, due)
}

// Ends that come from elsewhere: a factor that is removed, and many sessions with many clients at once.
func testLogoutsOfMany(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	var live []*session.Session
	for range 3 {
		live = append(live, f.session(t, u))
	}
	for i := range 200 {
		id := fmt.Sprintf("app%03d", i)
		f.told(t, id, "https://"+id+".example/out", false)
		for _, s := range live {
			f.takesPart(t, s, id)
		}
	}
	ended, err := f.EndSessionsBy(ctx, u.ID, live[0].ID, []string{session.Password}, f.clock())
	require.NoError(t, err)
	assert.Len(t, ended, 2)
	assert.Len(t, f.logouts(t), 400)
	f.advance(time.Second)
	before := f.statements.Load()
	_, err = f.EndSessions(ctx, u.ID, f.clock())
	require.NoError(t, err)
	assert.LessOrEqual(t, f.statements.Load()-before, int64(6), "begin, sessions, who, told, grants, commit")
	all := f.logouts(t)
	assert.Len(t, all, 600)
	assert.Len(t, slices.Compact(all), 600, "each once")

	page, err := f.Logouts(ctx, logout.Filter{ClientID: "app007"}, 2)
	require.NoError(t, err)
	require.Len(t, page, 2)
	assert.Equal(t, live[0].ID, page[0].SID, "the newest first")
	rest, err := f.Logouts(ctx, logout.Filter{ClientID: "app007", Before: page[1].ID}, 2)
	require.NoError(t, err)
	assert.Len(t, rest, 1)
}

// A sign-out that is rolled back tells nobody, and one of a session without such clients costs one
// statement more than before there were any.
func testLogoutStatements(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "app", "https://app.example/out", false)
	f.client(t, "silent")
	u := f.user(t, "alice")
	s := f.session(t, u)
	f.takesPart(t, s, "app")
	boom := fmt.Errorf("boom")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		if _, err := f.EndSession(ctx, s.ID, f.clock()); err != nil {
			return err
		}
		return boom
	}), boom)
	assert.Empty(t, f.logouts(t))
	quiet := f.session(t, u)
	f.takesPart(t, quiet, "silent")
	before := f.statements.Load()
	_, err := f.EndSession(ctx, quiet.ID, f.clock())
	require.NoError(t, err)
	assert.LessOrEqual(t, f.statements.Load()-before, int64(5), "begin, session, who, grants, commit")
	assert.Empty(t, f.logouts(t))
}

// The grants by which clients are told are kept as long as the session may last, and what they were
// told for a week.
func testLogoutsKept(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.told(t, "app", "https://app.example/out", false)
	f.client(t, "silent")
	u := f.user(t, "alice")
	s := f.newSession(u)
	s.ExpiresAt = f.clock().Add(7 * 24 * time.Hour)
	require.NoError(t, f.CreateSession(ctx, s))
	f.takesPart(t, s, "app")
	f.takesPart(t, s, "silent")
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.advance(6 * 24 * time.Hour)
	swept, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(1), swept.Grants, "of the client that is told nothing")
	_, err = f.EndSession(ctx, s.ID, f.clock())
	require.NoError(t, err)
	require.Len(t, f.logouts(t), 1)
	f.advance(6 * 24 * time.Hour)
	swept, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 0}, []int64{swept.Grants, swept.Logouts})
	f.advance(25 * time.Hour)
	swept, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(1), swept.Logouts)
	assert.Empty(t, f.logouts(t))
}

// signedOut signs users out of a session with a client each, and returns the users.
func (f *fixture) signedOut(t *testing.T, clientID string, users ...*account.User) {
	t.Helper()
	for _, u := range users {
		s := f.session(t, u)
		f.takesPart(t, s, clientID)
		f.ends(t, s.ID)
	}
}
