package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// fullQueue is a hasher whose queue is full after the first free spellings of a password.
type fullQueue struct {
	*steps

	free, checked int
}

func (c *fullQueue) Verify(ctx context.Context, hash, secret string) (bool, error) {
	if c.checked++; c.checked > c.free {
		return false, password.ErrBusy
	}
	return c.steps.Verify(ctx, hash, secret)
}

// An attempt that is refused because the queue for slow hashes is full does not count as failed:
// otherwise a busy server would lock users out. Once one spelling was checked, it counts.
func TestUncheckedAttemptIsNotCounted(t *testing.T) {
	t.Parallel()
	const twoSpellings = "guess\u00a0guess" // OpaqueString of RFC 8265 makes the space a plain one
	for name, tc := range map[string]struct {
		login   string
		free    int
		counted bool
	}{
		"known":                {"alice", 0, false},
		"unknown":              {"nobody", 0, false},
		"one spelling checked": {"alice", 1, true},
	} {
		f := newFixture(t)
		table, err := ratelimit.NewTable(nil)
		require.NoError(t, err)
		hasher := &fullQueue{steps: f.steps, free: tc.free}
		signIn := account.NewSignIn(f.store, nil, hasher, ratelimit.NewSignIn(ratelimit.NewMemory(time.Now), table), (*event.Bus)(nil))
		try := func(text string) error {
			hasher.checked = 0
			_, err := signIn.Verify(t.Context(), account.Attempt{Login: tc.login, Password: text, Prefix: "192.0.2.1/32"})
			return err
		}
		for range 10 { // the limit of an account
			require.ErrorIs(t, try(twoSpellings), provider.ErrBusy, name)
		}
		var throttled *account.Throttled
		if tc.counted {
			assert.ErrorAs(t, try(twoSpellings), &throttled, name)
			continue
		}
		hasher.free = 2
		for range 10 {
			require.ErrorIs(t, try("guess"), account.ErrSignIn, name)
		}
		assert.ErrorAs(t, try("guess"), &throttled, "checked, they count")
	}
}
