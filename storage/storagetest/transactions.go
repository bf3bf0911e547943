package storagetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

var errRefused = errors.New("refused")

func (f *fixture) scopes(t *testing.T) []string {
	t.Helper()
	list, err := f.Scopes(t.Context())
	require.NoError(t, err)
	names := []string{}
	for _, s := range list {
		names = append(names, s.Name)
	}
	return names
}

func (f *fixture) addScope(ctx context.Context, name string) error {
	return f.CreateScope(ctx, consent.Scope{Name: name, CreatedAt: f.clock()})
}

func testTransactions(t *testing.T, f *fixture) {
	ctx := t.Context()
	// The inner transaction joins the outer one, and is rolled back with it.
	err := f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, f.InTx(ctx, func(ctx context.Context) error { return f.addScope(ctx, "inner") }))
		list, err := f.Scopes(ctx)
		require.NoError(t, err)
		assert.Len(t, list, 1, "the transaction sees its own writes")
		return errRefused
	})
	require.ErrorIs(t, err, errRefused)
	assert.Empty(t, f.scopes(t))

	require.NoError(t, f.InTx(ctx, func(ctx context.Context) error { return f.addScope(ctx, "kept") }))
	assert.Equal(t, []string{"kept"}, f.scopes(t))

	// A panic rolls back and propagates.
	assert.PanicsWithValue(t, "boom", func() {
		_ = f.InTx(ctx, func(ctx context.Context) error {
			require.NoError(t, f.addScope(ctx, "panicked"))
			panic("boom")
		})
	})
	assert.Equal(t, []string{"kept"}, f.scopes(t))

	// All of a transaction has one current time, whatever the clock does.
	clock := provider.Clock(f.clock)
	require.NoError(t, f.InTx(ctx, func(ctx context.Context) error {
		before := clock.Now(ctx)
		f.advance(time.Minute)
		assert.Equal(t, before, clock.Now(ctx))
		return nil
	}))
}

// The consequences of a refusal survive the rollback of the refused request.
func testDetached(t *testing.T, f *fixture) {
	ctx, hangUp := context.WithCancel(t.Context())
	err := f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, f.addScope(ctx, "rolled back"))
		require.Error(t, f.Detached(ctx, func(context.Context) error { return nil }), "it would deadlock")
		return errRefused
	})
	require.ErrorIs(t, err, errRefused)
	hangUp()
	require.NoError(t, f.Detached(ctx, func(ctx context.Context) error { return f.addScope(ctx, "consequence") }), "it survives the caller's cancellation")
	assert.Equal(t, []string{"consequence"}, f.scopes(t))
}

// Conflicting transactions are retried until all succeed.
func testRetries(t *testing.T, f *fixture) {
	ctx := t.Context()
	require.NoError(t, f.addScope(ctx, "a"))
	require.NoError(t, f.addScope(ctx, "b"))
	var wg sync.WaitGroup
	for i := range 4 {
		first, second := "a", "b"
		if i%2 == 1 { // in the opposite order: Postgres detects a deadlock
			first, second = second, first
		}
		wg.Go(func() {
			assert.NoError(t, f.InTx(ctx, func(ctx context.Context) error {
				if err := f.describe(ctx, first, "x"); err != nil {
					return err
				}
				return f.describe(ctx, second, "x")
			}))
		})
	}
	wg.Wait()
}

// When the caller is canceled before the commit begins nothing is changed; afterwards the commit
// completes.
func testHangUps(t *testing.T, f *fixture) {
	ctx, hangUp := context.WithCancel(t.Context())
	require.NoError(t, f.InTx(ctx, func(ctx context.Context) error {
		err := f.addScope(ctx, "done")
		hangUp()
		return err
	}))
	assert.Equal(t, []string{"done"}, f.scopes(t))

	ctx, hangUp = context.WithCancel(t.Context())
	require.Error(t, f.InTx(ctx, func(ctx context.Context) error {
		hangUp()
		return f.addScope(ctx, "too late")
	}))
	assert.Equal(t, []string{"done"}, f.scopes(t))
}
