package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/storage"
)

// idempotencyKeys are those of a fixture, with the keyring that its database has.
func (f *fixture) idempotencyKeys(t *testing.T) *idempotency.Keys {
	t.Helper()
	ring, err := keyring.Open(t.Context(), f.Store, audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader), keyring.Secrets{Current: []byte("a secret of the tests, 32 bytes at least")}, f.clock, rand.Reader)
	require.NoError(t, err)
	return idempotency.NewKeys(f.Store, f.Store, ring.Key(keyring.Idempotency), f.clock)
}

func testIdempotency(t *testing.T, f *fixture) {
	ctx := t.Context()
	keys := f.idempotencyKeys(t)
	const secret = "a secret that is in the response"
	var acts int
	once := func(caller, key, request string) (idempotency.Response, bool, error) {
		return keys.Once(ctx, idempotency.Caller{Name: caller}, key, []byte(request), func(context.Context) (idempotency.Response, error) {
			acts++
			return idempotency.Response{Status: 201, Header: map[string]string{"ETag": `"x"`}, Body: fmt.Appendf(nil, "%s %d", secret, acts)}, nil
		})
	}
	first, repeated, err := once("ops", "key", "the password of a request")
	require.NoError(t, err)
	assert.False(t, repeated)
	again, repeated, err := once("ops", "key", "the password of a request")
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.Equal(t, first, again)
	_, _, err = once("ops", "key", "another request")
	require.ErrorIs(t, err, idempotency.ErrReused)
	assert.Equal(t, 1, acts)

	for _, other := range [][2]string{{"other", "key"}, {"ops", "other"}, {"op", "skey"}, {"opsk", "ey"}} {
		_, repeated, err := once(other[0], other[1], "the password of a request")
		require.NoError(t, err)
		assert.False(t, repeated, other)
	}
	assert.Equal(t, 5, acts)
	assert.NotContains(t, Dump(t, f.url), secret)
	assert.NotContains(t, Dump(t, f.url), "password")

	// What fails leaves nothing behind, and can be tried again.
	failure := errors.New("failure")
	_, _, err = keys.Once(ctx, idempotency.Caller{Name: "ops"}, "failing", nil, func(ctx context.Context) (idempotency.Response, error) {
		require.NoError(t, f.CreateScope(ctx, consent.Scope{Name: "of a failed request", CreatedAt: f.clock()}))
		return idempotency.Response{}, failure
	})
	require.ErrorIs(t, err, failure)
	scopes, err := f.Scopes(ctx)
	require.NoError(t, err)
	assert.Empty(t, scopes)
	_, repeated, err = once("ops", "failing", "")
	require.NoError(t, err)
	assert.False(t, repeated)

	// A response moved to the row of another caller does not open.
	Exec(t, f.url, "UPDATE idempotency_keys SET response = (SELECT response FROM idempotency_keys ORDER BY id LIMIT 1), request = (SELECT request FROM idempotency_keys ORDER BY id LIMIT 1)")
	opened := 0
	for _, c := range [][2]string{{"ops", "key"}, {"other", "key"}, {"ops", "other"}} {
		if _, _, err := once(c[0], c[1], "the password of a request"); err == nil {
			opened++
		}
	}
	assert.LessOrEqual(t, opened, 1)

	f.advance(idempotency.Lifetime - time.Microsecond)
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Zero(t, removed.IdempotencyKeys)
	f.advance(time.Microsecond)
	_, repeated, err = once("ops", "key", "another request")
	require.NoError(t, err, "the key has expired")
	assert.False(t, repeated)
	f.advance(time.Microsecond)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 5, removed.IdempotencyKeys)
	assert.Equal(t, 1, Count(t, f.url, "idempotency_keys"))
}

// The keys of a client go with it: a client that gets its id is
// another caller, even with the same time of registration.
func testIdempotencyOfDeletedClients(t *testing.T, f *fixture) {
	ctx := t.Context()
	keys := f.idempotencyKeys(t)
	f.client(t, "ops")
	f.client(t, "other")
	once := func(clientID string) (repeated bool, err error) {
		caller := idempotency.Caller{Name: clientID + " of 2026", ClientID: clientID}
		_, repeated, err = keys.Once(ctx, caller, "key", nil, func(context.Context) (idempotency.Response, error) {
			return idempotency.Response{Status: 201}, nil
		})
		return repeated, err
	}
	for _, clientID := range []string{"ops", "other"} {
		for _, want := range []bool{false, true} {
			repeated, err := once(clientID)
			require.NoError(t, err)
			assert.Equal(t, want, repeated)
		}
	}
	require.NoError(t, f.DeleteClient(ctx, "ops"))
	_, err := once("ops")
	require.ErrorIs(t, err, provider.ErrNotFound, "a request in progress")
	f.client(t, "ops")
	for _, want := range []bool{false, true} {
		repeated, err := once("ops")
		require.NoError(t, err)
		assert.Equal(t, want, repeated)
	}
	require.NoError(t, f.DeleteClient(ctx, "other"))
	assert.Equal(t, 1, Count(t, f.url, "idempotency_keys"))

	// The version before reads and writes its keys after a roll back.
	f.rollBack(t, "ended_registrations")
	assert.Equal(t, 1, Count(t, f.url, "idempotency_keys"))
	_, err = f.Migrate(ctx)
	require.NoError(t, err)
	repeated, err := once("ops")
	require.NoError(t, err)
	assert.True(t, repeated)
}

// Of any number of concurrent requests with one key one acts; the others get its response.
func testIdempotencyRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	keys := f.idempotencyKeys(t)
	var fresh, repeats atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r, repeated, err := keys.Once(ctx, idempotency.Caller{Name: "ops"}, "key", []byte("request"), func(ctx context.Context) (idempotency.Response, error) {
				if err := f.CreateScope(ctx, consent.Scope{Name: "made once", CreatedAt: f.clock()}); err != nil {
					return idempotency.Response{}, err
				}
				return idempotency.Response{Status: 201, Body: []byte("made")}, nil
			})
			if assert.NoError(t, err) {
				assert.Equal(t, "made", string(r.Body))
			}
			if repeated {
				repeats.Add(1)
			} else {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, []int32{1, 19}, []int32{fresh.Load(), repeats.Load()})

	// When the first of them fails, one of the others acts.
	var tries, made atomic.Int32
	failure := errors.New("failure")
	for range 10 {
		wg.Go(func() {
			_, _, err := keys.Once(ctx, idempotency.Caller{Name: "ops"}, "first fails", nil, func(context.Context) (idempotency.Response, error) {
				if tries.Add(1) == 1 {
					return idempotency.Response{}, failure
				}
				made.Add(1)
				return idempotency.Response{Status: 201}, nil
			})
			if err != nil {
				assert.ErrorIs(t, err, failure)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, made.Load())
	_, err := f.IdempotencyKey(ctx, [32]byte{})
	assert.ErrorIs(t, err, provider.ErrNotFound)
}
