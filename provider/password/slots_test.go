package password

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Each hash takes 19 MiB and a core. When all slots are taken the next caller waits until one is
// free.
func TestConcurrentHashesAreBounded(t *testing.T) {
	t.Parallel()
	h := New(rand.Reader, 2)
	h.slots <- struct{}{}
	_, err := h.Hash(t.Context(), "the second")
	require.NoError(t, err)

	h.slots <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = h.Hash(ctx, "one too many")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = h.Verify(ctx, "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "one too many")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	<-h.slots
	_, err = h.Hash(t.Context(), "in turn")
	assert.NoError(t, err)
}

// An attack gets an immediate error once the queue is full, and does not block preferred callers.
func TestQueueIsBoundedAndPreferredCallersHaveASlot(t *testing.T) {
	t.Parallel()
	h := New(rand.Reader, 1)
	h.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	for range waitingForEach {
		crowd.Go(func() {
			_, err := h.Hash(ctx, "waits")
			assert.ErrorIs(t, err, context.Canceled)
		})
	}
	require.Eventually(t, func() bool { return h.waiting.Load() == waitingForEach }, 5*time.Second, time.Millisecond)
	_, err := h.Hash(t.Context(), "one too many")
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorIs(t, err, provider.ErrBusy)
	for range 3 {
		_, err = h.Hash(Preferred(t.Context()), "has signed in before")
		require.NoError(t, err)
	}
	cancel()
	crowd.Wait()
	<-h.slots
	_, err = h.Hash(t.Context(), "later")
	assert.NoError(t, err)
}
