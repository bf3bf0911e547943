package revocation_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

func TestWaitersAreBoundedAndNotCutAtTheEnd(t *testing.T) {
	t.Parallel()
	var counted counts
	p := revocation.NewPublisher(&table{}, time.Now, &counted, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { p.Run(ctx); close(ran) }()
	require.Eventually(t, func() bool {
		_, err := p.Page(t.Context(), revocation.Cursor{})
		return err == nil
	}, 10*time.Second, time.Millisecond)
	done := make(chan error, revocation.Waiting+1)
	wait := func(client string, readers int) {
		for range readers {
			go func() {
				err := revocation.ErrBusy
				for errors.Is(err, revocation.ErrBusy) || errors.Is(err, revocation.ErrTooMany) { // while the question below has the last place
					err = p.Wait(t.Context(), client, revocation.Cursor{}, time.Hour)
				}
				done <- err
			}()
		}
	}
	refused := func(client string, why error) {
		t.Helper()
		require.Eventually(t, func() bool {
			return errors.Is(p.Wait(t.Context(), client, revocation.Cursor{}, 0), why)
		}, 10*time.Second, time.Millisecond)
	}
	wait("greedy", revocation.WaitingOfClient)
	refused("greedy", revocation.ErrTooMany)
	require.NoError(t, p.Wait(t.Context(), "modest", revocation.Cursor{}, 0), "the others do not suffer")
	for n := 1; n < revocation.Waiting/revocation.WaitingOfClient; n++ {
		wait(strconv.Itoa(n), revocation.WaitingOfClient)
	}
	refused("1", revocation.ErrTooMany)
	waiting := func(n int64) {
		t.Helper()
		require.Eventually(t, func() bool { return counted.waiting.Load() == n }, 10*time.Second, time.Millisecond)
	}
	waiting(revocation.Waiting)
	for n := range 4 { // each in place of one of those that have most
		wait("modest", 1)
		require.NoError(t, <-done, n)
		waiting(revocation.Waiting)
	}
	cancel()
	for range revocation.Waiting {
		require.NoError(t, <-done)
	}
	waiting(0)
	<-ran
	assert.ErrorIs(t, p.Wait(t.Context(), "greedy", revocation.Cursor{}, time.Hour), revocation.ErrUnavailable, "it is stopping")
}

// Clients that have as many as others keep their places.
func TestPlacesAreSharedEqually(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := setup(t)
		done := map[string]int{}
		var mu sync.Mutex
		const clients, each = 50, revocation.Waiting / 50
		wait := func(client string) (err error) {
			go func() {
				if err = f.Wait(t.Context(), client, revocation.Cursor{}, time.Hour); err == nil {
					mu.Lock()
					done[client]++
					mu.Unlock()
				}
			}()
			synctest.Wait()
			return err
		}
		for range each {
			for client := range clients {
				require.NoError(t, wait(strconv.Itoa(client)))
			}
		}
		require.ErrorIs(t, wait("0"), revocation.ErrBusy)
		assert.Empty(t, done)
		for range 60 {
			require.NoError(t, wait("late"))
		}
		for client, n := range done {
			assert.LessOrEqual(t, n, 2, client)
		}
	})
}
