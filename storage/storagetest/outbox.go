package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/storage"
)

func (f *fixture) messages() *notify.Outbox { return notify.NewOutbox(f.Store, f.clock, rand.Reader) }

// allMessages are the stored ones that are not silent, the newest first.
func (f *fixture) allMessages(t *testing.T) []notify.Stored {
	t.Helper()
	list, err := f.Messages(t.Context(), 1000)
	require.NoError(t, err)
	return list
}

func mailTo(address string) notify.Message {
	return notify.Message{Channel: notify.Mail, To: address, Kind: notify.AddressTaken}
}

// A message is stored with what it is about, or not at all.
func testMessages(t *testing.T, f *fixture) {
	ctx, outbox := t.Context(), f.messages()
	user, verification := f.newID(), f.newID()
	full := notify.Message{
		Channel: notify.SMS, To: "+4915112345678", Kind: notify.ContactChanged, UserID: user, Locale: "de-CH", Verification: verification,
		Data: notify.Data{Username: "Zoë \"'\\", Address: "new@example.com", Device: "Firefox on Windows", At: f.clock(), Valid: 72 * time.Hour},
	}
	require.NoError(t, outbox.Add(ctx, full))
	got := f.allMessages(t)
	require.Len(t, got, 1)
	full.ID, full.CreatedAt = got[0].ID, f.clock()
	assert.Equal(t, full, got[0].Message)
	assert.Equal(t, notify.Waiting, got[0].State)
	assert.Equal(t, f.clock(), got[0].NextAt)

	undone := errors.New("undone")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, outbox.Add(ctx, mailTo("undone@example.com")))
		return undone
	}), undone)
	silent := mailTo("silent@example.com")
	silent.Silent = true
	require.NoError(t, outbox.Add(ctx, silent))
	assert.Len(t, f.allMessages(t), 1)
	for _, channel := range notify.Channels() {
		due, err := f.DueMessages(ctx, notify.Wanted{Channel: channel}, f.clock().Add(time.Hour), 10)
		require.NoError(t, err)
		assert.Len(t, due, map[notify.Channel]int{notify.SMS: 1}[channel], "what is silent is never due")
	}
	since, err := f.WaitingSince(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[notify.Channel]time.Time{notify.SMS: f.clock()}, since)

	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.advance(7*24*time.Hour - time.Minute)
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Zero(t, removed.Messages)
	f.advance(2 * time.Minute)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 2, removed.Messages)
}

// Messages are listed by what became of them.
func testMessageListing(t *testing.T, f *fixture) {
	ctx, outbox := t.Context(), f.messages()
	for i, state := range []notify.State{notify.Waiting, notify.Failed, notify.Sent, notify.Failed, notify.Dropped, notify.Silent} {
		f.advance(time.Second)
		m := notify.Message{Channel: notify.Mail, To: "a@example.com", Kind: notify.AddressTaken, Silent: state == notify.Silent}
		if i == 1 {
			m.Channel, m.To = notify.SMS, "+4915112345678"
		}
		require.NoError(t, outbox.Add(ctx, m))
		if state != notify.Waiting && state != notify.Silent {
			last := f.allMessages(t)[0]
			last.State, last.Fault = state, "timeout"
			require.NoError(t, f.SettleMessage(ctx, last))
		}
	}
	states := func(of notify.Filter, limit int) (found []notify.State) {
		list, err := f.ListMessages(ctx, of, limit)
		require.NoError(t, err)
		for _, m := range list {
			found = append(found, m.State)
			of.Before = m.ID
		}
		if limit < 10 && len(list) == limit {
			rest, err := f.ListMessages(ctx, of, 10)
			require.NoError(t, err)
			for _, m := range rest {
				found = append(found, m.State)
			}
		}
		return found
	}
	all := []notify.State{notify.Dropped, notify.Failed, notify.Sent, notify.Failed, notify.Waiting}
	assert.Equal(t, all, states(notify.Filter{}, 10))
	assert.Equal(t, all, states(notify.Filter{}, 2))
	assert.Equal(t, []notify.State{notify.Failed}, states(notify.Filter{Channel: notify.SMS}, 10))
	for _, state := range notify.States() {
		want := map[notify.State]int{notify.Waiting: 1, notify.Sent: 1, notify.Failed: 2, notify.Dropped: 1}[state]
		assert.Len(t, states(notify.Filter{State: state}, 1), want, state)
	}
}

// Any number of requests at once let no more through than the bounds; inside transactions, too.
func testMessageRace(t *testing.T, f *fixture) {
	ctx, outbox, user := t.Context(), f.messages(), f.newID()
	var stored, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			m := mailTo([]string{"one@example.com", "ONE@example.com", "one+more@example.com"}[i%3])
			m.Silent = i%3 == 0
			if i%5 == 0 {
				m.UserID = user
			}
			err := f.InTx(ctx, func(ctx context.Context) error { return outbox.Add(ctx, m) })
			switch {
			case err == nil:
				stored.Add(1)
			case errors.Is(err, notify.ErrTooMany):
				refused.Add(1)
			default:
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 10, stored.Load())
	assert.EqualValues(t, 40, refused.Load())

	require.NoError(t, outbox.Add(ctx, mailTo("other@example.com")))
	var many *notify.TooMany
	require.ErrorAs(t, outbox.Add(ctx, mailTo("one@example.com")), &many)
	assert.Equal(t, time.Hour, many.RetryAfter)
	f.advance(48*time.Minute + 30*time.Second)
	require.ErrorAs(t, outbox.Add(ctx, mailTo("one@example.com")), &many)
	assert.Equal(t, 12*time.Minute, many.RetryAfter, "in whole minutes")
	f.advance(11*time.Minute + 30*time.Second)
	for range 2 {
		for range 10 {
			require.NoError(t, outbox.Add(ctx, mailTo("one@example.com")))
		}
		require.ErrorIs(t, outbox.Add(ctx, mailTo("one@example.com")), notify.ErrTooMany)
		f.advance(time.Hour)
	}
	require.ErrorIs(t, outbox.Add(ctx, mailTo("one@example.com")), notify.ErrTooMany, "thirty in a day")
	require.ErrorAs(t, outbox.Add(ctx, mailTo("one@example.com")), &many)
	assert.Equal(t, 21*time.Hour, many.RetryAfter, "of the bounds the one that holds longer")
	f.advance(22 * time.Hour)
	require.NoError(t, outbox.Add(ctx, mailTo("one@example.com")))

	other := f.newID()
	for i := range 20 {
		m := mailTo(string(rune('a'+i)) + "@example.com")
		m.Kind, m.UserID = notify.ResetPassword, other
		require.NoError(t, outbox.Add(ctx, m))
	}
	m := mailTo("z@example.com")
	m.Kind, m.UserID = notify.ResetPassword, other
	require.ErrorIs(t, outbox.Add(ctx, m), notify.ErrTooMany, "of an account with many addresses")
	m.UserID = provider.ID{}
	require.NoError(t, outbox.Add(ctx, m))
}
