package revocation_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// table is what a database shows: some numbers are not visible yet, or never.
type table struct {
	visible      []int64
	oldest, next int64
	revoker      int64
	err          error
	// life differs in a database that was restored: what is revoked since is something else.
	life time.Duration
}

func (t *table) event(n int64) revocation.Event {
	return revocation.Event{Sequence: n, Kind: revocation.Grant, Target: "g", At: began.Add(t.life)}
}

var began = time.Unix(1_700_000_000, 0)

func (t *table) RevocationsAfter(_ context.Context, sequence int64, limit int) (revocation.Batch, error) {
	b := revocation.Batch{Oldest: t.oldest}
	for _, n := range t.visible {
		if n > sequence && len(b.Events) < limit {
			b.Events = append(b.Events, t.event(n))
		}
	}
	return b, t.err
}

func (t *table) LastRevocation(context.Context) (last revocation.Event, err error) {
	for _, n := range t.visible {
		last = t.event(n)
	}
	return last, t.err
}

func (t *table) NewTransaction(context.Context) (int64, error) { return t.next, t.err }

func (t *table) OldestRevoker(context.Context) (int64, error) { return t.revoker, t.err }

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
	f := &fixture{table: &table{visible: begin}, t: t, at: began}
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
	page, err := f.Page(f.t.Context(), *c)
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
	require.NoError(t, f.Wait(t.Context(), "api", revocation.Cursor{}, time.Hour), "who waits is told at once")
	_, err := f.Page(t.Context(), revocation.Cursor{})
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
		_, err = p.Page(t.Context(), revocation.Cursor{})
		require.ErrorIs(t, err, revocation.ErrUnavailable, "a number before the start may appear")
	}
	other.oldest = 5
	require.NoError(t, p.Poll(t.Context()))
	_, err = p.Page(t.Context(), revocation.Cursor{})
	require.NoError(t, err)
}

type told struct {
	page revocation.Page
	err  error
}

// begin asks beside the test, which is in a bubble of synctest.
func (f *fixture) begin(c revocation.Cursor) <-chan told {
	answer := make(chan told, 1)
	go func() {
		page, err := f.Page(f.t.Context(), c)
		answer <- told{page, err}
	}()
	synctest.Wait()
	return answer
}

// end polls, which settles what the reader gets.
func (f *fixture) end(answer <-chan told) revocation.Page {
	f.t.Helper()
	require.NoError(f.t, f.Poll(f.t.Context()))
	got := <-answer
	require.NoError(f.t, got.err)
	return got.page
}

// Behind a load balancer the next request can reach a process that has read less.
func TestReaderAheadOfTheProcessIsNotReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, readerAheadOfTheProcessIsNotReset)
}

func readerAheadOfTheProcessIsNotReset(t *testing.T) {
	f := setup(t, 1, 2)
	var ahead revocation.Cursor
	setup(t, 1, 2, 3, 4).read(&ahead)
	answer := f.begin(ahead)
	f.err = errors.New("away")
	require.Error(t, f.Poll(t.Context()), "it shows nothing")
	synctest.Wait()
	assert.Empty(t, answer)
	f.err, f.visible = nil, []int64{1, 2, 3, 4}
	page := f.end(answer)
	assert.False(t, page.Reset)
	assert.Empty(t, page.Events)
	assert.Equal(t, ahead, page.Next)

	setup(t, 1, 2, 3, 4, 5).read(&ahead)
	page = f.end(f.begin(ahead))
	assert.True(t, page.Reset, "nobody has revoked so much")
	assert.Len(t, page.Events, 4)
}

// A transaction that has revoked nothing can be as old as it likes.
func TestOnlyWhoRevokedIsWaitedFor(t *testing.T) {
	t.Parallel()
	long := &table{visible: []int64{1}, oldest: 3, next: 9, revoker: 8}
	f := &fixture{table: long, t: t, at: began}
	f.Publisher = revocation.NewPublisher(long, func() time.Time { return f.at }, &f.counts, slog.New(slog.DiscardHandler))
	some := func() {
		t.Helper()
		for range 10 {
			require.NoError(t, f.Poll(t.Context()))
		}
	}
	assert.Equal(t, revocation.Keep, f.Age(), "it was never read")
	some()
	f.at = f.at.Add(time.Minute)
	some()
	_, err := f.Page(t.Context(), revocation.Cursor{})
	require.ErrorIs(t, err, revocation.ErrUnavailable)
	assert.Equal(t, time.Minute, f.Age(), "the process is of no use, and that is seen")
	f.revoker = 9
	some()
	assert.Zero(t, f.Age())
	var c revocation.Cursor
	assert.Equal(t, []int64{1}, f.read(&c))

	f.visible, f.next, f.revoker = []int64{1, 3}, 12, 11
	some()
	assert.Equal(t, []int64{3}, f.read(&c))
	assert.EqualValues(t, 1, c.Settled)
	f.revoker = 12
	some()
	f.read(&c)
	assert.EqualValues(t, 3, c.Settled)
}

// Beyond what a statement reads, behind a transaction that does not end, the feed is not known.
func TestFeedThatCannotBeReadToTheEndIsStale(t *testing.T) {
	t.Parallel()
	f := setup(t, 1)
	var many []int64
	for n := range int64(10_000) {
		many = append(many, n+3)
	}
	f.poll(5, 6, append([]int64{1}, many...)...)
	f.at = f.at.Add(time.Minute)
	f.poll(5, 6, f.visible...)
	assert.Equal(t, time.Minute, f.Age())
	_, err := f.Page(t.Context(), revocation.Cursor{})
	require.ErrorIs(t, err, revocation.ErrUnavailable)
	f.poll(7, 7, f.visible...)
	assert.Zero(t, f.Age())
}

// A database that was restored has other events at the numbers that readers know.
func TestCursorOfTheTimeBeforeARestoreIsNotContinued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, cursorOfTheTimeBeforeARestoreIsNotContinued)
}

func cursorOfTheTimeBeforeARestoreIsNotContinued(t *testing.T) {
	numbers := func(upTo int64) (list []int64) {
		for n := range upTo {
			list = append(list, n+1)
		}
		return list
	}
	const many = 30_000 // more than is remembered: the database is asked about the others
	var first, last revocation.Cursor
	setup(t, 1).read(&first)
	setup(t, numbers(20)...).read(&last)
	restored := setup(t)
	restored.life = time.Microsecond
	for _, upTo := range []int64{30, many} {
		restored.poll(0, 0, numbers(upTo)...)
		for name, cursor := range map[string]revocation.Cursor{
			"of the first": first, "of the last": last, "forged": {Settled: 20, Seen: 20, Check: 1}, "of nothing": {Check: 1}, "without a check": {Settled: 1, Seen: 2},
		} {
			page := restored.end(restored.begin(cursor))
			assert.True(t, page.Reset, name)
			require.NotEmpty(t, page.Events, name)
			assert.EqualValues(t, 1, page.Events[0].Sequence, name)
			assert.False(t, restored.end(restored.begin(page.Next)).Reset, name)
		}
	}
	var c revocation.Cursor
	for range many / 1000 {
		assert.Len(t, restored.read(&c), 1000)
	}
	restored.poll(0, 0, append(numbers(10)[5:], numbers(many)[10:]...)...)
	page := restored.end(restored.begin(first))
	assert.True(t, page.Reset, "what it follows was removed")
	assert.EqualValues(t, 6, page.Events[0].Sequence)
}

// The database is replaced while the process runs, such as by a standby that lacks the last transactions.
func TestRestoreUnderARunningProcessIsNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, restoreUnderARunningProcessIsNoticed)
}

func restoreUnderARunningProcessIsNoticed(t *testing.T) {
	for _, restore := range []func(f *fixture){
		func(f *fixture) { f.visible = []int64{1, 2} },
		func(f *fixture) { f.life, f.visible = time.Second, []int64{1, 2, 3, 4, 5, 6} },
		func(f *fixture) { f.visible = nil },
	} {
		f := setup(t, 1, 2, 3)
		f.poll(7, 7, 1, 2, 3, 4)
		var c revocation.Cursor
		assert.Equal(t, []int64{1, 2, 3, 4}, f.read(&c))
		restore(f)
		require.NoError(t, f.Poll(t.Context()))
		page := f.end(f.begin(c))
		assert.True(t, page.Reset)
		assert.Len(t, page.Events, len(f.visible))
	}

	// In another cluster transactions have other numbers: what is missed would be waited for long.
	f := setup(t, 1)
	f.poll(1000, 1001, 1, 3)
	var c revocation.Cursor
	assert.Equal(t, []int64{1, 3}, f.read(&c))
	f.poll(7, 7, 1, 3)
	f.read(&c)
	assert.EqualValues(t, 3, c.Settled)
}

func TestWhatIsRemovedForItsAgeIsNotMissed(t *testing.T) {
	t.Parallel()
	f := setup(t, 1)
	f.at = f.at.Add(revocation.Keep + time.Second)
	f.poll(0, 0, 2)
	c := revocation.Cursor{}
	assert.Equal(t, []int64{1, 2}, f.read(&c))
}

func TestReaderAheadIsAnsweredAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, readerAheadIsAnsweredAtTheEnd)
}

func readerAheadIsAnsweredAtTheEnd(t *testing.T) {
	f := setup(t)
	told := make(chan error, 1)
	go func() {
		_, err := f.Page(t.Context(), revocation.Cursor{Settled: 1, Seen: 1})
		told <- err
	}()
	synctest.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	f.err = errors.New("away")
	cancel()
	f.Run(ctx)
	require.ErrorIs(t, <-told, revocation.ErrUnavailable)
}

func TestOnlyCursorsOfTheFeedAreParsed(t *testing.T) {
	t.Parallel()
	for _, c := range []revocation.Cursor{{}, {Settled: 5, Seen: 70, Check: 7}, {Settled: 1 << 60, Seen: 1 << 62, Check: 1<<32 - 1}} {
		back, err := revocation.ParseCursor(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, back)
	}
	for _, text := range []string{"1", ".", "1.1", "2.1.1", "-1.1.1", "1.-1.1", "1.1.-1", "01.1.1", "1.1.01", "A.A.A", "1.1.1.1", "1.1.1 ", "zzzzzzzzzzzzzzzz.zzzzzzzzzzzzzzzz.1", "1.1.1z141z4"} {
		_, err := revocation.ParseCursor(text)
		assert.ErrorIs(t, err, revocation.ErrCursor, text)
	}
}
