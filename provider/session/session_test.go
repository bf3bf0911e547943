package session_test

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/token"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

type fixture struct {
	*session.Manager

	t     *testing.T
	store *storage.Store
	user  *account.User
	now   atomic.Pointer[time.Time]
	ended []event.SessionEnded
	// demand has sessions refused.
	demand func(d demanding)
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	f := &fixture{t: t}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	f.now.Store(&start)
	clock := func() time.Time { return *f.now.Load() }
	var err error
	f.store = storagetest.SQLite(t, clock)
	f.user = &account.User{ID: provider.NewID(start, rand.Reader), Subject: "s", Username: "alice", Roles: []string{}, CreatedAt: start, UpdatedAt: start}
	require.NoError(t, f.store.CreateUser(t.Context(), f.user))
	ring, err := keyring.Open(t.Context(), f.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	gate := audit.NewGate(f.store, f.store, (*event.Bus)(nil), clock, rand.Reader)
	events := event.NewBus(func(_ context.Context, e event.Event) {
		if ended, ok := e.(event.SessionEnded); ok {
			f.ended = append(f.ended, ended)
		}
	})
	lifetimes := session.Lifetimes{Idle: 8 * time.Hour, Absolute: 7 * 24 * time.Hour}
	f.Manager = session.NewManager(f.store, gate, ring.Key(keyring.SessionHash), nil, events, clock, rand.Reader, lifetimes)
	f.demand = func(d demanding) {
		f.Manager = session.NewManager(f.store, gate, ring.Key(keyring.SessionHash), d, events, clock, rand.Reader, lifetimes)
	}
	return f
}

func (f *fixture) advance(d time.Duration) {
	next := f.now.Load().Add(d)
	f.now.Store(&next)
}

func (f *fixture) begin(previous *session.Session) (*session.Session, string) {
	f.t.Helper()
	s, text, err := f.Begin(f.t.Context(), session.Start{User: f.user, Methods: []string{"pwd"}}, previous)
	require.NoError(f.t, err)
	return s, text
}

func (f *fixture) live(text string) bool {
	f.t.Helper()
	_, err := f.Find(f.t.Context(), text)
	if err != nil {
		require.ErrorIs(f.t, err, session.ErrNone)
	}
	return err == nil
}

func TestSessionIsFoundByItsCookieAlone(t *testing.T) {
	f := newFixture(t)
	s, text := f.begin(nil)
	found, err := f.Find(t.Context(), text)
	require.NoError(t, err)
	assert.Equal(t, s, found)
	parsed, err := token.Parse(text)
	require.NoError(t, err)
	forged, renamed := parsed, parsed
	forged.Secret[0] ^= 1
	renamed.Kind = token.Access
	for _, other := range []string{"", "noise", forged.Encode(), renamed.Encode(), s.ID.String()} {
		assert.False(t, f.live(other))
	}
}

// Sessions have an idle and an absolute limit.
func TestSessionsExpire(t *testing.T) {
	f := newFixture(t)
	_, idle := f.begin(nil)
	f.advance(8*time.Hour - time.Microsecond)
	assert.True(t, f.live(idle))
	f.advance(8*time.Hour - time.Microsecond)
	assert.True(t, f.live(idle), "use extends the idle limit")
	f.advance(8 * time.Hour)
	assert.False(t, f.live(idle))

	_, busy := f.begin(nil)
	for range 7*24 - 1 {
		f.advance(time.Hour)
		require.True(t, f.live(busy))
	}
	f.advance(time.Hour)
	assert.False(t, f.live(busy), "use does not extend the absolute limit")
}

func TestEndedReplacedAndDisabledSessionsAreOver(t *testing.T) {
	f := newFixture(t)
	s, ended := f.begin(nil)
	_, err := f.End(t.Context(), s)
	require.NoError(t, err)
	assert.False(t, f.live(ended))

	previous, old := f.begin(nil)
	_, fresh := f.begin(previous)
	assert.False(t, f.live(old), "a sign-in ends the session before it")
	assert.True(t, f.live(fresh))

	f.user.Disabled = true
	require.NoError(t, f.store.UpdateUser(t.Context(), f.user))
	assert.False(t, f.live(fresh))
}

// An event is published for each ended session, also when many end at once.
func TestEndingAllSessionsPublishesEach(t *testing.T) {
	f := newFixture(t)
	over, _ := f.begin(nil)
	_, err := f.End(t.Context(), over)
	require.NoError(t, err)
	f.ended = nil
	a, _ := f.begin(nil)
	b, _ := f.begin(nil)
	count, err := f.EndAll(t.Context(), audittest.Operator(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, 2, count)
	assert.ElementsMatch(t, []event.SessionEnded{{SessionID: a.ID, UserID: f.user.ID}, {SessionID: b.ID, UserID: f.user.ID}}, f.ended)
	count, err = f.EndAll(t.Context(), audittest.Operator(), f.user.ID)
	require.NoError(t, err)
	assert.Zero(t, count)
	assert.Len(t, f.ended, 2)
}

func TestAChangedPasswordEndsEverySession(t *testing.T) {
	f := newFixture(t)
	_, a := f.begin(nil)
	_, b := f.begin(nil)
	f.user.PasswordHash = "another"
	require.NoError(t, f.store.UpdateUser(t.Context(), f.user))
	assert.False(t, f.live(a))
	assert.False(t, f.live(b))
}

// The session id in an ID token only counts for the subject of that token.
func TestEndNamedNeedsTheSubjectOfTheSession(t *testing.T) {
	f := newFixture(t)
	s, text := f.begin(nil)
	for id, subject := range map[provider.ID]string{s.ID: provider.NewID(s.Proofs.AuthTime(), rand.Reader).String(), f.user.ID: f.user.Subject} {
		ended, _, err := f.EndNamed(t.Context(), id, func(u *account.User) bool { return u.Subject == subject })
		require.NoError(t, err)
		assert.False(t, ended)
		assert.True(t, f.live(text))
	}
	for _, want := range []bool{true, false} {
		ended, _, err := f.EndNamed(t.Context(), s.ID, func(u *account.User) bool { return u.ID == f.user.ID })
		require.NoError(t, err)
		assert.Equal(t, want, ended)
		assert.False(t, f.live(text))
	}
}
