package revocation_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// table is what a database shows: some numbers are not visible yet, or never.
type table struct {
	visible      []int64
	oldest, next int64
	err          error
}

func (t *table) RevocationsAfter(_ context.Context, sequence int64, limit int) (revocation.Batch, error) {
	b := revocation.Batch{Oldest: t.oldest}
	for _, n := range t.visible {
		if n > sequence && len(b.Events) < limit {
			b.Events = append(b.Events, revocation.Event{Sequence: n, Kind: revocation.Grant})
		}
	}
	return b, t.err
}

func (t *table) LastRevocation(context.Context) (last int64, err error) {
	for _, n := range t.visible {
		last = max(last, n)
	}
	return last, t.err
}

func (t *table) NewTransaction(context.Context) (int64, error) { return t.next, t.err }

type counts struct{ published, waiting atomic.Int64 }

func (c *counts) Published(revocation.Kind) { c.published.Add(1) }
func (c *counts) Waiting(n int)             { c.waiting.Store(int64(n)) }

type fixture struct {
	*revocation.Publisher
	*table
	counts
	t  *testing.T
	at time.Time
}

func setup(t *testing.T, begin ...int64) *fixture {
	f := &fixture{table: &table{visible: begin}, t: t, at: time.Unix(1_700_000_000, 0)}
	f.Publisher = revocation.NewPublisher(f.table, func() time.Time { return f.at }, &f.counts, slog.New(slog.DiscardHandler))
	require.NoError(t, f.Poll(t.Context()))
	return f
}

func (f *fixture) poll(oldest, next int64, visible ...int64) {
	f.t.Helper()
	f.oldest, f.next, f.visible = oldest, next, visible
	require.NoError(f.t, f.Poll(f.t.Context()))
}

// read returns the numbers that a reader gets, and moves its cursor.
func (f *fixture) read(c *revocation.Cursor) (list []int64) {
	f.t.Helper()
	page, err := f.Wait(f.t.Context(), *c, 0)
	require.NoError(f.t, err)
	*c = page.Next
	for _, e := range page.Events {
		list = append(list, e.Sequence)
	}
	return list
}

// 3 is missed: it is waited for until the transactions have ended that were there when 4 was seen.
func TestNumbersThatAreMissedAreWaitedFor(t *testing.T) {
	t.Parallel()
	f := setup(t, 1, 2)
	var c revocation.Cursor
	assert.Equal(t, []int64{1, 2}, f.read(&c))
	f.poll(7, 9, 1, 2, 4)
	assert.Equal(t, []int64{4}, f.read(&c), "early")
	assert.EqualValues(t, 2, c.Settled)
	assert.Empty(t, f.read(&c), "once")
	f.poll(8, 10, 1, 2, 4)
	assert.Empty(t, f.read(&c))
	f.poll(8, 10, 1, 2, 3, 4, 5)
	assert.Equal(t, []int64{3, 4, 5}, f.read(&c))
	assert.EqualValues(t, 5, c.Settled)
	assert.EqualValues(t, 3, f.published.Load())

	f.poll(8, 10, 1, 2, 3, 4, 5, 8) // 6 and 7 are rolled back
	assert.Equal(t, []int64{8}, f.read(&c))
	f.poll(9, 11, 1, 2, 3, 4, 5, 8, 10)
	assert.Equal(t, []int64{10}, f.read(&c))
	assert.EqualValues(t, 5, c.Settled, "they may still appear")
	f.poll(10, 12, 1, 2, 3, 4, 5, 8, 10)
	f.read(&c)
	assert.EqualValues(t, 8, c.Settled, "9 is missed since later")
	f.poll(12, 13, 1, 2, 3, 4, 5, 8, 10)
	f.read(&c)
	assert.EqualValues(t, 10, c.Settled)
}

func TestNothingIsSaidThatIsNotKnown(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.at = f.at.Add(5*time.Second + time.Microsecond)
	_, err := f.Wait(t.Context(), revocation.Cursor{}, time.Hour)
	require.ErrorIs(t, err, revocation.ErrUnavailable, "it is old")
	f.poll(0, 0)
	f.err = errors.New("away")
	require.Error(t, f.Poll(t.Context()))
	f.err = nil

	other := &table{visible: []int64{1}, oldest: 3, next: 5}
	p := revocation.NewPublisher(other, time.Now, &counts{}, slog.New(slog.DiscardHandler))
	for _, next := range []int64{5, 9} { // the transactions since do not count
		other.next = next
		require.NoError(t, p.Poll(t.Context()))
		_, err = p.Wait(t.Context(), revocation.Cursor{}, 0)
		require.ErrorIs(t, err, revocation.ErrUnavailable, "a number before the start may appear")
	}
	other.oldest = 5
	require.NoError(t, p.Poll(t.Context()))
	_, err = p.Wait(t.Context(), revocation.Cursor{}, 0)
	require.NoError(t, err)
}

func TestWaitersAreBoundedAndNotCutAtTheEnd(t *testing.T) {
	t.Parallel()
	p := revocation.NewPublisher(&table{}, time.Now, &counts{}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { p.Run(ctx); close(ran) }()
	require.Eventually(t, func() bool {
		_, err := p.Wait(t.Context(), revocation.Cursor{}, 0)
		return err == nil
	}, 10*time.Second, time.Millisecond)
	done := make(chan error, revocation.Waiting)
	for range revocation.Waiting {
		go func() {
			err := revocation.ErrBusy
			for errors.Is(err, revocation.ErrBusy) { // while the question below has the last place
				_, err = p.Wait(t.Context(), revocation.Cursor{}, time.Hour)
			}
			done <- err
		}()
	}
	require.Eventually(t, func() bool {
		_, err := p.Wait(t.Context(), revocation.Cursor{}, 0)
		return errors.Is(err, revocation.ErrBusy)
	}, 10*time.Second, time.Millisecond)
	cancel()
	for range revocation.Waiting {
		require.NoError(t, <-done)
	}
	<-ran
	_, err := p.Wait(t.Context(), revocation.Cursor{}, time.Hour)
	assert.ErrorIs(t, err, revocation.ErrUnavailable, "it is stopping")
}

// Behind a load balancer the next request can reach a process that has read less.
func TestReaderAheadOfTheProcessIsNotReset(t *testing.T) {
	t.Parallel()
	f := setup(t, 1, 2)
	f.visible = []int64{1, 2, 3, 4}
	ahead := revocation.Cursor{Settled: 4, Seen: 4}
	type result struct {
		page revocation.Page
		err  error
	}
	wait := func() <-chan result {
		told := make(chan result, 1)
		go func() {
			page, err := f.Wait(t.Context(), ahead, 0)
			told <- result{page, err}
		}()
		require.Eventually(t, func() bool { return f.waiting.Load() == 1 }, 10*time.Second, time.Millisecond)
		return told
	}
	// A poll that fails shows nothing.
	told := wait()
	f.err = errors.New("away")
	require.Error(t, f.Poll(t.Context()))
	f.err = nil
	// The poll may have begun before the reader entered Wait, so that the reader waits for another.
	next := func(told <-chan result) result {
		for {
			require.NoError(t, f.Poll(t.Context()))
			select {
			case got := <-told:
				return got
			case <-time.After(time.Millisecond):
			}
		}
	}
	got := next(told)
	require.NoError(t, got.err)
	assert.False(t, got.page.Reset)
	assert.Empty(t, got.page.Events)
	assert.Equal(t, ahead, got.page.Next)

	ahead = revocation.Cursor{Settled: 5, Seen: 5}
	got = next(wait())
	require.NoError(t, got.err)
	assert.True(t, got.page.Reset, "nobody has revoked so much")
	assert.Len(t, got.page.Events, 4)
}

func TestReaderAheadIsAnsweredAtTheEnd(t *testing.T) {
	t.Parallel()
	f := setup(t)
	told := make(chan error, 1)
	go func() {
		_, err := f.Wait(t.Context(), revocation.Cursor{Settled: 1, Seen: 1}, time.Hour)
		told <- err
	}()
	require.Eventually(t, func() bool { return f.waiting.Load() == 1 }, 10*time.Second, time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	f.err = errors.New("away")
	cancel()
	f.Run(ctx)
	require.ErrorIs(t, <-told, revocation.ErrUnavailable)
}

func TestOnlyCursorsOfTheFeedAreParsed(t *testing.T) {
	t.Parallel()
	for _, c := range []revocation.Cursor{{}, {Settled: 5, Seen: 70}, {Settled: 1 << 60, Seen: 1 << 62}} {
		back, err := revocation.ParseCursor(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, back)
	}
	for _, text := range []string{"1", ".", "2.1", "-1.1", "1.-1", "01.1", "A.A", "1.1.1", "1.1 ", "zzzzzzzzzzzzzzzz.zzzzzzzzzzzzzzzz"} {
		_, err := revocation.ParseCursor(text)
		assert.ErrorIs(t, err, revocation.ErrCursor, text)
	}
}
