package storagetest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/revocation"
	"github.com/gatehouse-id/gatehouse/storage"
)

// revoked are kinds and targets of the feed.
func (f *fixture) revoked(t *testing.T) (list []string) {
	t.Helper()
	batch, err := f.RevocationsAfter(t.Context(), 0, 1000)
	require.NoError(t, err)
	for _, e := range batch.Events {
		list = append(list, string(e.Kind)+" "+e.Target)
	}
	return list
}

// Whatever revokes is in the feed, once.
func testRevocations(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "gone")
	g := f.grant(t, "app", nil)
	tok := f.token(g.ID)
	require.NoError(t, f.InsertToken(ctx, tok))
	assert.Empty(t, f.revoked(t), "nothing is revoked by being issued")

	var want []string
	expect := func(err error, events ...string) {
		t.Helper()
		require.NoError(t, err)
		want = append(want, events...)
		assert.ElementsMatch(t, want, f.revoked(t))
	}
	expect(f.RevokeToken(ctx, tok.ID, f.clock()), "token "+tok.ID.String())
	expect(f.RevokeToken(ctx, tok.ID, f.clock()))
	expect(f.EndGrant(ctx, g.ID, f.clock()), "grant "+g.ID.String())
	expect(f.EndGrant(ctx, g.ID, f.clock()))
	other := f.grant(t, "app", nil)
	_, err := f.EndGrants(ctx, grant.Revocation{ClientID: "app"}, provider.ID{}, f.clock())
	expect(err, "grant "+other.ID.String())

	c, err := f.Client(ctx, "app")
	require.NoError(t, err)
	c.Disabled = true
	expect(f.UpdateClient(ctx, c), "client app")
	expect(f.UpdateClient(ctx, c))
	expect(f.DeleteClient(ctx, "gone"), "client gone")

	u := f.user(t, "alice")
	u.Disabled = true
	expect(f.UpdateUser(ctx, u), "user "+u.Subject)
	expect(f.UpdateUser(ctx, u))
	expect(f.DeleteUser(ctx, u.ID, f.clock()), "user "+u.Subject)

	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		return errors.Join(f.RevokeToken(ctx, tok.ID, f.clock()), f.DeleteClient(ctx, "app"), errRolledBack)
	}), errRolledBack)
	expect(nil)
}

var errRolledBack = errors.New("rolled back") //nolint:errname // of a test

// The end of a user is told by the grants too: tokens with a pairwise subject do not name the user as the event does.
func testRevokedGrantsOfUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	issue := func() string {
		g := &grant.Grant{ClientID: "app", UserID: u.ID, Subject: u.Subject, UserGeneration: u.Generation, Scopes: []string{"openid"}, Audience: []string{}, Offline: true}
		return "grant " + f.refreshable(t, g).GrantID.String()
	}
	want := []string{issue(), "user " + u.Subject}
	u.Disabled = true
	require.NoError(t, f.UpdateUser(ctx, u))
	assert.ElementsMatch(t, want, f.revoked(t))
	u.Disabled = false
	require.NoError(t, f.UpdateUser(ctx, u))
	u, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	want = append(want, issue(), "user "+u.Subject)
	require.NoError(t, f.DeleteUser(ctx, u.ID, f.clock()))
	assert.ElementsMatch(t, want, f.revoked(t))
}

// The feed says how long a token would have been valid, by which readers forget it.
func testRevokedTokensExpire(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	tok := f.token(f.grant(t, "app", nil).ID)
	require.NoError(t, f.InsertToken(ctx, tok))
	require.NoError(t, f.RevokeToken(ctx, tok.ID, f.clock()))
	Exec(t, f.url, "INSERT INTO revocations (revoked_at, kind, target) SELECT revoked_at, 'token', 'by the previous version' FROM revocations")
	batch, err := f.RevocationsAfter(ctx, 0, 10)
	require.NoError(t, err)
	require.Len(t, batch.Events, 2)
	assert.Equal(t, tok.AccessExpiresAt, batch.Events[0].ExpiresAt)
	assert.Zero(t, batch.Events[1].ExpiresAt)
}

// The feed says when, and is kept as long as a token can be valid.
func testRevocationsAreRemoved(t *testing.T, f *fixture) {
	ctx := t.Context()
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.client(t, "app")
	last, err := f.LastRevocation(ctx)
	require.NoError(t, err)
	assert.Zero(t, last)
	for range 2 {
		require.NoError(t, f.EndGrant(ctx, f.grant(t, "app", nil).ID, f.clock()))
	}
	batch, err := f.RevocationsAfter(ctx, 0, 10)
	require.NoError(t, err)
	require.Len(t, batch.Events, 2)
	assert.Equal(t, f.clock(), batch.Events[0].At)
	last, err = f.LastRevocation(ctx)
	require.NoError(t, err)
	last.At = last.At.UTC()
	assert.Equal(t, batch.Events[1], last)
	assert.Zero(t, last.ExpiresAt, "a grant has no token's expiry")
	f.advance(revocation.Keep)
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Zero(t, removed.Revocations)
	f.advance(time.Microsecond)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed.Revocations, "the last stays, by which the database is known")
	var known revocation.Cursor
	for _, publisher := range []*revocation.Publisher{f.publisher(), f.publisher()} { // as after a restart
		page := follow(t, publisher, known)
		assert.False(t, page.Reset)
		known = page.Next
	}
	f.client(t, "next")
	require.NoError(t, f.EndGrant(ctx, f.grant(t, "next", nil).ID, f.clock()))
	batch, err = f.RevocationsAfter(ctx, last.Sequence, 10)
	require.NoError(t, err)
	assert.Len(t, batch.Events, 1, "no number is used twice")
}

type feedCounter struct{ published, waiting atomic.Int64 }

func (c *feedCounter) Published(revocation.Kind) { c.published.Add(1) }
func (c *feedCounter) Waiting(n int)             { c.waiting.Store(int64(n)) }

func (f *fixture) publisher() *revocation.Publisher {
	return revocation.NewPublisher(f.Store, f.clock, &feedCounter{}, slog.New(slog.DiscardHandler))
}

// A revocation whose transaction commits after one with a higher number reaches every reader, and
// those that are committed do not wait for it. With a single writer there is no such order.
func testRevocationsOutOfOrder(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	first, second, third := f.grant(t, "app", nil), f.grant(t, "app", nil), f.grant(t, "app", nil)
	feed := f.publisher()
	start := follow(t, feed, revocation.Cursor{})

	inserted, commit, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- f.InTx(ctx, func(ctx context.Context) error {
			if err := f.EndGrant(ctx, first.ID, f.clock()); err != nil {
				return err
			}
			close(inserted)
			<-commit
			return nil
		})
	}()
	<-inserted
	if f.singleWriter() {
		close(commit)
		require.NoError(t, <-done)
	}
	require.NoError(t, f.EndGrant(ctx, second.ID, f.clock()))
	require.NoError(t, feed.Poll(ctx))
	require.NoError(t, feed.Wait(ctx, "api", start.Next, time.Minute))
	early, err := feed.Page(ctx, start.Next)
	require.NoError(t, err)
	assert.Contains(t, targets(early), second.ID.String(), "it does not wait for the other transaction")
	require.NoError(t, feed.Poll(ctx))
	none, err := feed.Page(ctx, early.Next)
	require.NoError(t, err)
	assert.Empty(t, none.Events, "nobody is told twice meanwhile")

	other := f.publisher() // as after a restart
	for range enoughPolls {
		require.NoError(t, other.Poll(ctx))
	}
	if !f.singleWriter() {
		_, err = other.Page(ctx, none.Next)
		require.ErrorIs(t, err, revocation.ErrUnavailable, "what it can say it does not know yet")
		close(commit)
		require.NoError(t, <-done)
	}
	require.NoError(t, f.EndGrant(ctx, third.ID, f.clock()))
	for range 3 {
		follow(t, feed, revocation.Cursor{})
		follow(t, other, revocation.Cursor{})
	}
	for name, cursor := range map[string]revocation.Cursor{"after the early one": none.Next, "from the beginning": {}} {
		for _, publisher := range []*revocation.Publisher{feed, other} {
			told := append(targets(early), targets(follow(t, publisher, cursor))...)
			for _, g := range []*grant.Grant{first, second, third} {
				assert.Contains(t, told, g.ID.String(), name)
			}
		}
	}
}

// enoughPolls is after how many a process knows that it waits for nobody.
const enoughPolls = 6

// A transaction that writes other things does not keep a new process from telling what was revoked, nor others
// from settling.
func testRevocationsBesideOthers(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	one, other := f.grant(t, "app", nil), f.grant(t, "app", nil)
	require.NoError(t, f.EndGrant(ctx, one.ID, f.clock()))
	known := func(feed *revocation.Publisher, from revocation.Cursor) revocation.Page {
		t.Helper()
		for range enoughPolls {
			require.NoError(t, feed.Poll(ctx))
		}
		page, err := feed.Page(ctx, from)
		require.NoError(t, err)
		return page
	}
	beside := func() {
		page := known(f.publisher(), revocation.Cursor{})
		assert.Equal(t, []string{one.ID.String()}, targets(page))
	}
	if f.singleWriter() {
		beside()
		return
	}
	require.NoError(t, f.InTx(ctx, func(inside context.Context) error {
		_, err := f.NewTransaction(inside)
		require.NoError(t, err)
		beside()
		feed := f.publisher()
		known(feed, revocation.Cursor{})
		require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
			return errors.Join(f.EndGrant(ctx, other.ID, f.clock()), errRolledBack)
		}), errRolledBack)
		require.NoError(t, f.EndGrant(ctx, other.ID, f.clock()))
		page := known(feed, revocation.Cursor{})
		assert.Equal(t, page.Next.Seen, page.Next.Settled)
		assert.Len(t, page.Events, 2)
		return nil
	}))
}

// follow polls until the publisher knows where the feed ends: transactions of other databases of the
// server, such as those of tests beside this one, can be older.
func follow(t *testing.T, p *revocation.Publisher, from revocation.Cursor) revocation.Page {
	t.Helper()
	for {
		require.NoError(t, p.Poll(t.Context()))
		page, err := p.Page(t.Context(), from)
		if !errors.Is(err, revocation.ErrUnavailable) {
			require.NoError(t, err)
			return page
		}
	}
}

func targets(p revocation.Page) (list []string) {
	for _, e := range p.Events {
		list = append(list, e.Target)
	}
	return list
}

// Without news the feed costs a process one statement each time, however many wait.
func testRevocationStatements(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	feed := f.publisher()
	from := follow(t, feed, revocation.Cursor{}).Next
	done := make(chan struct{})
	for range 50 {
		go func() {
			_ = feed.Wait(ctx, "api", from, time.Minute)
			done <- struct{}{}
		}()
	}
	before := f.statements.Load()
	for range 10 {
		require.NoError(t, feed.Poll(ctx))
	}
	assert.EqualValues(t, 10, f.statements.Load()-before)
	cancel()
	for range 50 {
		<-done
	}
}

func (f *fixture) singleWriter() bool { return strings.HasPrefix(f.url, "sqlite://") }
