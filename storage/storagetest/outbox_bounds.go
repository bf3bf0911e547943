package storagetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// An account has codes sent to few new contacts, whoever has them, and keeps the room for what it needs.
func testMessagesAskedFor(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Private = true })
	thief, other := s.registered(t, "thief"), s.registered(t, "other")
	var stored atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = s.RequestPhone(ctx, thief.ID, fmt.Sprintf("+2637712000%02d", i), "")
			} else {
				_, err = s.RequestEmail(ctx, thief.ID, fmt.Sprintf("n%d@example.com", i), "")
			}
			if err == nil {
				stored.Add(1)
			} else {
				assert.ErrorIs(t, err, notify.ErrTooMany)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 5, stored.Load())
	var many *notify.TooMany
	_, err := s.RequestEmail(ctx, thief.ID, "other@example.com", "")
	require.ErrorAs(t, err, &many, "what another user has is no way to find out more")
	assert.Equal(t, notify.TooMany{RetryAfter: time.Hour, Scope: notify.OfAccount}, *many)

	for range 10 {
		_, err = s.Forgot(ctx, account.Forgotten{Contact: "thief@example.com"})
		require.NoError(t, err)
	}
	m, code := s.sent(t, "thief@example.com")
	assert.Equal(t, notify.ResetPassword, m.Kind)
	assert.NotEmpty(t, code)
	_, err = s.RequestPhone(ctx, other.ID, "+263771300000", "")
	require.NoError(t, err, "another account")
	asked := 0
	for range 6 {
		f.advance(time.Hour)
		for err = nil; err == nil; asked++ {
			_, err = s.RequestEmail(ctx, thief.ID, fmt.Sprintf("%d@example.com", asked), "")
		}
		require.ErrorIs(t, err, notify.ErrTooMany)
		asked--
	}
	assert.Equal(t, 15, asked, "twenty in a day")
}

// SMS are bounded altogether, for any number of requests at once. Numbers that nobody has proved take half.
func testSMSBounds(t *testing.T, f *fixture) {
	ctx, outbox := t.Context(), f.messages().BoundSMS(10)
	add := func(kind notify.Kind, number int, silent bool) error {
		m := notify.Message{Channel: notify.SMS, To: fmt.Sprintf("+2637712000%02d", number), Kind: kind, Silent: silent}
		return f.InTx(ctx, func(ctx context.Context) error { return outbox.Add(ctx, m) })
	}
	var refused atomic.Int32
	outbox.OnRefusal(func(channel notify.Channel, of notify.Scope) {
		assert.Equal(t, []any{notify.SMS, notify.OfSMS}, []any{channel, of})
		refused.Add(1)
	})
	race := func(kind notify.Kind) (stored int32) {
		var n atomic.Int32
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				if err := add(kind, i, false); err == nil {
					n.Add(1)
				} else {
					assert.ErrorIs(t, err, notify.ErrTooMany)
				}
			})
		}
		wg.Wait()
		return n.Load()
	}
	for i := range 12 {
		require.NoError(t, add(notify.ResetPassword, i, true), "what is silent costs nothing")
	}
	assert.EqualValues(t, 5, race(notify.ConfirmRegistration))
	var many *notify.TooMany
	require.ErrorAs(t, add(notify.ConfirmContact, 50, false), &many)
	assert.Equal(t, notify.TooMany{RetryAfter: time.Hour, Scope: notify.OfSMS}, *many)
	f.advance(20 * time.Minute)
	assert.EqualValues(t, 5, race(notify.ResetPassword))
	assert.EqualValues(t, 25+1+25, refused.Load())
	require.ErrorAs(t, add(notify.ResetPassword, 51, true), &many, "a number that nobody has is refused as well")
	assert.EqualValues(t, 25+1+25, refused.Load(), "nobody misses what is silent")
	assert.Equal(t, 40*time.Minute, many.RetryAfter)
	require.NoError(t, outbox.Add(ctx, mailTo("mail@example.com")))
	require.NoError(t, f.messages().Add(ctx, notify.Message{Channel: notify.SMS, To: "+263771200060", Kind: notify.ConfirmContact}), "without a bound")
	f.advance(41 * time.Minute)
	require.NoError(t, add(notify.ResetPassword, 52, false))
}
