package storagetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

func testFactorChangesRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	for _, removalFirst := range []bool{true, false} {
		u := f.user(t, map[bool]string{true: "alice", false: "bob"}[removalFirst])
		s.setUp(t, u)
		reset := func(ctx context.Context) error {
			_, err := f.RemoveFactors(ctx, u.ID)
			return err
		}
		add := func(ctx context.Context) error {
			return f.SetTOTP(ctx, u.ID, factor.StoredTOTP{Sealed: []byte{1, 2}, CreatedAt: f.clock()})
		}
		first, second := add, reset
		if removalFirst {
			first, second = reset, add
		}
		require.NoError(t, f.overlap(t, first, second))
		back, err := f.User(ctx, u.ID)
		require.NoError(t, err)
		_, err = f.TOTP(ctx, u.ID)
		assert.Equal(t, removalFirst, err == nil)
		assert.Equal(t, removalFirst, len(back.Factors) == 1)
		assert.Equal(t, u.Generation+2, back.Generation)
		codes, err := f.RecoveryCodes(ctx, u.ID)
		require.NoError(t, err)
		assert.Empty(t, codes, "they went with the factor that was removed")
	}
	require.ErrorIs(t, f.SetTOTP(ctx, f.newID(), factor.StoredTOTP{Sealed: []byte{1}, CreatedAt: f.clock()}), provider.ErrNotFound)
}

func testFactorSetUpRacesSignIn(t *testing.T, f *fixture) {
	f.client(t, "app")
	s := f.factors(t)
	for _, setUpFirst := range []bool{true, false} {
		u := f.user(t, map[bool]string{true: "alice", false: "bob"}[setUpFirst])
		verified := *u
		signIn := func(ctx context.Context) error { return f.CreateSession(ctx, f.newSession(&verified)) }
		issue := func(ctx context.Context) error {
			return f.CreateGrant(ctx, &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, UserGeneration: verified.Generation, CreatedAt: f.clock()})
		}
		proposal, err := s.Propose(u)
		require.NoError(t, err)
		setUp := func(ctx context.Context) error {
			_, err := s.SetUpTOTP(ctx, u, proposal.Secret, factortest.Code(proposal.Secret, f.clock()), provider.ID{})
			return err
		}
		if setUpFirst {
			require.ErrorIs(t, f.overlap(t, setUp, signIn), provider.ErrStale)
			require.ErrorIs(t, issue(t.Context()), provider.ErrStale)
		} else {
			require.NoError(t, f.overlap(t, signIn, setUp))
		}
	}
}

func testCodesRace(t *testing.T, f *fixture) {
	s := f.factors(t)
	u := f.user(t, "alice")
	secret, codes := s.setUp(t, u)
	at := func(check func(ctx context.Context, u *account.User, code string) error, code func(n int) string) (accepted, refused, throttled int32) {
		var counts [3]atomic.Int32
		var wg sync.WaitGroup
		for n := range 100 {
			wg.Go(func() {
				err := check(t.Context(), u, code(n))
				var many *account.Throttled
				switch {
				case err == nil:
					counts[0].Add(1)
				case errors.Is(err, factor.ErrCode):
					counts[1].Add(1)
				case errors.As(err, &many):
					counts[2].Add(1)
				default:
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		return counts[0].Load(), counts[1].Load(), counts[2].Load()
	}
	right := factortest.Code(secret, f.clock())
	accepted, _, _ := at(s.enter, func(int) string { return right })
	assert.EqualValues(t, 1, accepted)
	f.advance(time.Hour)
	accepted, _, _ = at(s.recover, func(int) string { return codes[0] })
	assert.EqualValues(t, 1, accepted)
	of, err := s.Of(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, 9, of.RecoveryCodes)

	f.advance(30 * 24 * time.Hour)
	told := len(s.people.recipients(t, notify.FactorGuessed))
	accepted, refused, throttled := at(s.enter, func(int) string { return other(factortest.Code(secret, f.clock().Add(time.Hour))) })
	assert.Equal(t, []int32{0, 10, 90}, []int32{accepted, refused, throttled})
	assert.Len(t, s.people.recipients(t, notify.FactorGuessed), told+1, "the owner is told once")
	require.NoError(t, s.recover(t.Context(), u, codes[1]), "recovery codes have a limit of their own")
}
