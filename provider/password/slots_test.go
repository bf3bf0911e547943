package password

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Threats 47: each hash takes 19 MiB and a core. When all slots are taken the next caller
// waits, and gets in when one is free.
func TestNoMoreThanSoManyHashesAtOnce(t *testing.T) {
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
