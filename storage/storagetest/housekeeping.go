package storagetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
)

func testLeases(t *testing.T, f *fixture) {
	ctx := t.Context()
	take := func(holder string) bool {
		ok, err := f.Lease(ctx, "job", holder, time.Minute)
		require.NoError(t, err)
		return ok
	}
	var holders atomic.Int32
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if ok, err := f.Lease(ctx, "race", fmt.Sprint(i), time.Minute); assert.NoError(t, err) && ok {
				holders.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, holders.Load())

	assert.True(t, take("a"))
	assert.True(t, take("a"), "renewed")
	assert.False(t, take("b"))
	f.advance(time.Minute)
	assert.True(t, take("b"), "a died")
	assert.False(t, take("a"))
	require.NoError(t, f.ReleaseLease(ctx, "job", "a"), "the lease belongs to another holder")
	assert.False(t, take("a"))
	require.NoError(t, f.ReleaseLease(ctx, "job", "b"))
	assert.True(t, take("a"))
}

func testJanitor(t *testing.T, f *fixture) {
	ctx := t.Context()
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.client(t, "a")
	g := f.grant(t, "a", nil)
	long := f.token(g.ID)
	long.AccessExpiresAt = f.clock().Add(240 * time.Hour)
	require.NoError(t, f.InsertToken(ctx, long))
	f.advance(time.Millisecond)
	for range 1200 { // more than one batch, all after one with a longer lifetime
		f.advance(time.Millisecond)
		require.NoError(t, f.InsertToken(ctx, f.token(g.ID)))
	}
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, storage.Swept{}, removed, "nothing has expired")

	f.advance(2*time.Hour + time.Minute)
	live := f.token(g.ID)
	require.NoError(t, f.InsertToken(ctx, live))
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1200, removed.Tokens)
	for _, id := range []*grant.Token{long, live} {
		_, _, err := f.TokenWithGrant(ctx, id.ID)
		require.NoError(t, err)
	}

	ends := f.clock().Add(time.Minute)
	expiring := &grant.Grant{ID: f.newID(), ClientID: "a", CreatedAt: f.clock(), ExpiresAt: &ends}
	require.NoError(t, f.CreateGrant(ctx, expiring))
	for _, from := range []time.Time{time.Unix(0, 0), ends} {
		row := keys.Row{KID: from.String(), Algorithm: keys.ES256, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: from}
		require.NoError(t, f.AddSigningKey(ctx, row))
	}
	require.NoError(t, f.CreateSession(ctx, &session.Session{ID: f.newID(), User: f.user(t, "alice"), Hash: make([]byte, 33), Proofs: session.ProvedAt(f.clock(), session.Password), SeenAt: f.clock(), ExpiresAt: ends}))
	f.advance(keys.Overlap + 2*time.Minute)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, storage.Swept{Tokens: 1, Grants: 1, Sessions: 1, SigningKeys: 1}, removed)
	assert.Equal(t, 1, Count(t, f.url, "grants"))
}

// Times are compared and read back as instants, to the microsecond and in UTC, whatever zone they
// were given in.
func testTimes(t *testing.T, f *fixture) {
	ctx := t.Context()
	zone := time.FixedZone("elsewhere", -7*3600)
	f.setTime(time.Date(2026, 3, 29, 1, 59, 59, 999_999_000, time.UTC))
	f.client(t, "a")
	g := f.grant(t, "a", nil)
	tok := f.token(g.ID)
	tok.AccessExpiresAt = tok.AccessExpiresAt.In(zone)
	require.NoError(t, f.InsertToken(ctx, tok))
	back, _, err := f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.Equal(t, time.UTC, back.AccessExpiresAt.Location())
	assert.True(t, tok.AccessExpiresAt.Equal(back.AccessExpiresAt))
	assert.Equal(t, f.clock(), back.IssuedAt)

	// The same instant in another zone is neither before nor after.
	ok, err := f.Lease(ctx, "job", "a", time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
	f.setTime(f.clock().Add(time.Minute - time.Microsecond).In(zone))
	ok, err = f.Lease(ctx, "job", "b", time.Minute)
	require.NoError(t, err)
	assert.False(t, ok, "one microsecond early")
	f.advance(time.Microsecond)
	ok, err = f.Lease(ctx, "job", "b", time.Minute)
	require.NoError(t, err)
	assert.True(t, ok)
}

// A spent refresh token is kept until it would have expired: otherwise its reuse would go
// unnoticed.
func testJanitorAndRefresh(t *testing.T, f *fixture) {
	ctx := t.Context()
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.client(t, "app")
	f.client(t, "gone")
	u := f.user(t, "alice")
	tok := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID})
	orphan := f.refreshable(t, &grant.Grant{ClientID: "gone", UserID: u.ID})
	_, err := f.SpendRefreshToken(ctx, tok.ID, f.newID())
	require.NoError(t, err)
	require.NoError(t, f.UseJTI(ctx, "app", sha256.Sum256(nil), f.clock().Add(time.Minute)))
	f.advance(3 * time.Hour) // the access token has expired long ago
	require.NoError(t, f.DeleteClient(ctx, "gone"))
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed.Tokens, "the one whose grant is deleted")
	assert.EqualValues(t, 1, removed.Assertions)
	_, _, err = f.TokenWithGrant(ctx, orphan.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	_, err = f.RefreshToken(ctx, tok.ID, false)
	require.NoError(t, err)
	f.advance(23 * time.Hour)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed.Tokens)
}

// The number of statements of the hot paths, including BEGIN and COMMIT.
func testStatements(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	g := f.grant(t, "a", nil)
	tok := f.token(g.ID)
	count := func(most int64, what string, act func() error) {
		before := f.statements.Load()
		require.NoError(t, act(), what)
		assert.Equal(t, most, f.statements.Load()-before, what)
	}
	count(1, "issue", func() error { return f.InsertToken(ctx, tok) })
	count(1, "read", func() error { _, _, err := f.TokenWithGrant(ctx, tok.ID); return err })
	count(1, "revoke", func() error { return f.RevokeToken(ctx, tok.ID, f.clock()) })
	count(2, "client", func() error { _, err := f.Client(ctx, "a"); return err })
	refreshed := f.refreshable(t, &grant.Grant{ClientID: "a", UserID: f.user(t, "alice").ID})
	count(1, "refresh token", func() error { _, err := f.RefreshToken(ctx, refreshed.ID, true); return err })
	count(1, "assertion", func() error { return f.UseJTI(ctx, "a", sha256.Sum256(nil), f.clock()) })
	count(1, "version", func() error { _, _, err := f.Versions(ctx); return err })
}

func testMigrations(t *testing.T, f *fixture) {
	ctx := t.Context()
	pending, err := f.Pending(ctx)
	require.NoError(t, err)
	require.Zero(t, pending)
	status, err := f.MigrationStatus(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, status)
	for range status {
		_, err := f.MigrateDown(ctx)
		require.NoError(t, err)
	}
	pending, err = f.Pending(ctx)
	require.NoError(t, err)
	require.Equal(t, len(status), pending)

	// Replicas that start at once: each ends with a migrated database.
	var wg sync.WaitGroup
	for range 4 {
		other := f.open(t)
		wg.Go(func() {
			_, err := other.Migrate(ctx)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	pending, err = f.Pending(ctx)
	require.NoError(t, err)
	assert.Zero(t, pending)
	f.client(t, "a")
}

func testNewerSchema(t *testing.T, f *fixture) {
	schema, err := f.Schema(t.Context())
	require.NoError(t, err)
	assert.Equal(t, storage.Schema{}, schema)
	AheadBy(t, f.url, 2)
	schema, err = f.Schema(t.Context())
	require.NoError(t, err)
	assert.Equal(t, storage.Schema{Ahead: 2}, schema)
}

// A job that is not due takes no lease and still counts as run; one that keeps failing fills no log.
func testJobs(t *testing.T, f *fixture) {
	var due, works, runs, failed atomic.Int32
	var lines lineCounter
	s, err := storage.Open(t.Context(), storage.Options{URL: f.url, Clock: f.clock, Log: slog.New(slog.NewTextHandler(&lines, nil))})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	failure := errors.New("failure")
	job := storage.Job{
		Name: "job", Every: time.Millisecond, Lease: time.Minute,
		Due: func(context.Context) (bool, error) { return due.Load() > 0, nil },
		Work: func(context.Context) error {
			if works.Add(1) > 3 {
				return failure
			}
			return nil
		},
		Ran: func(_ time.Duration, err error) {
			runs.Add(1)
			if err != nil {
				failed.Add(1)
			}
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.Run(ctx, job, rand.Reader); close(ended) }()
	eventually := func(reached func() bool) { require.Eventually(t, reached, 20*time.Second, time.Millisecond) }
	eventually(func() bool { return runs.Load() > 5 })
	assert.Zero(t, works.Load())
	assert.Zero(t, Count(t, f.url, "leases"))
	due.Store(1)
	eventually(func() bool { return failed.Load() > 10 })
	assert.EqualValues(t, 1, lines.Load())
	f.advance(30 * time.Second)
	eventually(func() bool { return lines.Load() == 2 })
	stop()
	<-ended
	assert.Zero(t, Count(t, f.url, "leases"), "released")
}

// lineCounter counts lines about failed jobs.
type lineCounter struct{ atomic.Int32 }

func (c *lineCounter) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("background job failed")) { // a pooler has a line of its own
		c.Add(1)
	}
	return len(line), nil
}
