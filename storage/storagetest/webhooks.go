package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// hooks is the domain over a store, with a gate that writes to the outbox.
type hooks struct {
	*webhook.Registry

	gate *audit.Gate
	ring *keyring.Ring
}

func (f *fixture) hooks(t *testing.T) *hooks {
	t.Helper()
	gate := audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.Store, gate, keyring.Secrets{Current: []byte("a secret of webhooks that are tested 1234")}, f.clock, rand.Reader)
	require.NoError(t, err)
	cleartext := func(host string) bool { return host == "127.0.0.1" }
	return &hooks{webhook.NewRegistry(f.Store, gate, ring.Key(keyring.Webhook), cleartext, f.clock, rand.Reader), gate, ring}
}

// outbox stores the records of a process.
func (f *fixture) outbox() *webhook.Outbox { return webhook.NewOutbox(f.Store, f.Store, rand.Reader) }

func (h *hooks) endpoint(t *testing.T, url string, types ...string) (webhook.Endpoint, string) {
	t.Helper()
	e, secret, err := h.Create(t.Context(), audit.BackgroundJob("test"), webhook.Endpoint{URL: url, Types: types})
	require.NoError(t, err)
	return e, secret
}

func (h *hooks) act(ctx context.Context, action audit.Action, result error) error {
	return h.gate.Do(ctx, audit.BackgroundJob("test"), action, audit.OfClient("billing"), func(context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"client_name": "confidential"}), result
	})
}

func (h *hooks) deliveries(t *testing.T, e webhook.Endpoint) []webhook.Delivery {
	t.Helper()
	list, err := h.Deliveries(t.Context(), e.ID, provider.ID{}, 1000)
	require.NoError(t, err)
	return list
}

// An event is stored with the act that caused it, or neither is.
func testOutbox(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	other := f.hooks(t) // another server
	require.NoError(t, other.act(ctx, audit.ClientCreate, nil), "it has read that there are none")
	all, _ := h.endpoint(t, "https://all.example/")
	some, _ := h.endpoint(t, "https://some.example/", "client.created")
	off, _ := h.endpoint(t, "https://off.example/")
	_, err := h.Change(ctx, audit.BackgroundJob("test"), off.ID, func(e *webhook.Endpoint) error { e.Disabled = true; return nil })
	require.NoError(t, err)

	refused := errors.New("refused")
	require.ErrorIs(t, h.act(ctx, audit.ClientCreate, refused), refused)
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
		return refused
	}), refused)
	assert.Empty(t, h.deliveries(t, all), "of an act that was rolled back")

	require.NoError(t, other.act(ctx, audit.ClientCreate, nil), "of another server, at once")
	f.advance(time.Millisecond) // ids of one instant have no order
	require.NoError(t, h.act(ctx, audit.ClientUpdate, nil))
	require.NoError(t, h.act(ctx, audit.LogExpire, nil))
	got := h.deliveries(t, all)
	require.Len(t, got, 2)
	assert.Equal(t, "client.updated", got[0].Type)
	assert.JSONEq(t, `{"type":"client.created","timestamp":"2026-03-04T05:06:07.891234Z","data":{"actor":{"type":"job","id":"test"},
		"target":{"type":"client","id":"billing"},"client_id":"billing","changed":["client_name"]}}`, string(got[1].Body))
	assert.Len(t, h.deliveries(t, some), 1)
	assert.Empty(t, h.deliveries(t, off))

	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { assert.NoError(t, h.act(ctx, audit.ClientDelete, nil)) })
	}
	wg.Wait()
	assert.Len(t, h.deliveries(t, all), 102)
	first, err := h.Deliveries(ctx, all.ID, provider.ID{}, 100)
	require.NoError(t, err)
	rest, err := h.Deliveries(ctx, all.ID, first[99].ID, 100)
	require.NoError(t, err)
	assert.Len(t, rest, 2)

	n, err := f.RemoveDeliveries(ctx, f.clock().Add(time.Second))
	require.NoError(t, err)
	assert.EqualValues(t, 103, n)
	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	require.NoError(t, h.Delete(ctx, audit.BackgroundJob("test"), all.ID))
	_, _, err = f.Claim(ctx, all.ID, f.clock(), f.clock())
	require.ErrorIs(t, err, provider.ErrNotFound, "what waits for a deleted endpoint is not sent")
	_, err = h.Deliveries(ctx, all.ID, provider.ID{}, 1)
	require.ErrorIs(t, err, provider.ErrNotFound)
	require.ErrorIs(t, h.Delete(ctx, audit.BackgroundJob("test"), all.ID), provider.ErrNotFound)
}

// What a change that was rolled back would have brought must not stay in memory.
func testEndpointVersions(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	undone := errors.New("undone")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		_, _, err := h.Create(ctx, audit.BackgroundJob("test"), webhook.Endpoint{URL: "https://one.example/"})
		require.NoError(t, err)
		require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
		return undone
	}), undone)
	f.advance(time.Microsecond)
	e, _ := h.endpoint(t, "https://two.example/")
	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	assert.Len(t, h.deliveries(t, e), 1)
	other := f.hooks(t)
	change := func(types ...string) {
		_, err := other.Change(ctx, audit.BackgroundJob("test"), e.ID, func(e *webhook.Endpoint) error { e.Types = types; return nil })
		require.NoError(t, err)
	}
	change("user.created") // in the same microsecond as the creation
	require.NoError(t, h.act(ctx, audit.ClientUpdate, nil))
	assert.Len(t, h.deliveries(t, e), 1, "not wanted any more")
	change()
	require.NoError(t, h.act(ctx, audit.ClientUpdate, nil))
	assert.Len(t, h.deliveries(t, e), 2)
}

// Each act writes a delivery for each endpoint.
func testEndpointsAreBounded(t *testing.T, f *fixture) {
	h := f.hooks(t)
	for range 97 {
		h.endpoint(t, "https://all.example/")
	}
	var wg sync.WaitGroup
	var made atomic.Int64
	for range 12 {
		wg.Go(func() {
			_, _, err := h.Create(t.Context(), audit.BackgroundJob("test"), webhook.Endpoint{URL: "https://more.example/"})
			if err == nil {
				made.Add(1)
				return
			}
			var invalid *webhook.InvalidEndpoint
			assert.ErrorAs(t, err, &invalid)
		})
	}
	wg.Wait()
	assert.Equal(t, int64(3), made.Load())
	assert.Equal(t, 100, Count(t, f.url, "webhook_endpoints"))
}

// Who only reads an endpoint does not wait for an act about it.
func testEndpointIsReadMeanwhile(t *testing.T, f *fixture) {
	h := f.hooks(t)
	e, _ := h.endpoint(t, "https://all.example/")
	reader, cancel := context.WithTimeout(t.Context(), 10*time.Second) // not in the transaction
	defer cancel()
	require.NoError(t, f.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := f.LockEndpoint(ctx, e.ID); err != nil {
			return err
		}
		read, err := h.Get(reader, e.ID)
		assert.Equal(t, e.URL, read.URL)
		return err
	}))
	_, err := f.LockEndpoint(t.Context(), f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// Receivers that fail do not come before those that work, and take turns.
func testDueEndpoints(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	first, _ := h.endpoint(t, "https://first.example/")
	f.advance(time.Millisecond) // ids of one instant have no order
	second, _ := h.endpoint(t, "https://second.example/")
	f.advance(time.Millisecond)
	third, _ := h.endpoint(t, "https://third.example/")
	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	fail := func(e webhook.Endpoint) {
		f.advance(time.Second)
		_, d, err := f.Claim(ctx, e.ID, f.clock(), f.clock().Add(15*time.Second))
		require.NoError(t, err)
		d.NextAt = f.clock().Add(time.Second)
		require.NoError(t, f.Settle(ctx, d, webhook.Attempt{ID: provider.NewID(f.clock(), rand.Reader), At: f.clock(), Error: "timeout"}))
	}
	due := func() (ids []provider.ID) {
		f.advance(2 * time.Second)
		list, err := f.DueEndpoints(ctx, f.clock(), 10)
		require.NoError(t, err)
		for _, e := range list {
			ids = append(ids, e.ID)
		}
		return ids
	}
	fail(first)
	assert.Equal(t, []provider.ID{second.ID, third.ID, first.ID}, due())
	fail(second)
	assert.Equal(t, []provider.ID{third.ID, first.ID, second.ID}, due())
	fail(first)
	assert.Equal(t, []provider.ID{third.ID, second.ID, first.ID}, due())
}

// Of any number of processes one sends a delivery; after it crashed another does.
func testWebhookClaims(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	e, _ := h.endpoint(t, "https://all.example/")
	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	claim := func() (webhook.Delivery, error) {
		_, d, err := f.Claim(ctx, e.ID, f.clock(), f.clock().Add(15*time.Second))
		return d, err
	}
	assert.Equal(t, []webhook.Standing{{DueSince: new(f.clock())}}, f.standings(t))
	var claimed atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := claim(); err == nil {
				claimed.Add(1)
			} else {
				assert.ErrorIs(t, err, provider.ErrNotFound)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, claimed.Load())
	assert.Equal(t, []webhook.Standing{{}}, f.standings(t), "somebody sends it")
	f.setTime(f.clock().Add(16 * time.Second))
	d, err := claim()
	require.NoError(t, err)
	assert.Equal(t, 2, d.Tries)
	stale := d
	stale.Tries, stale.State = 1, webhook.Failed
	attempt := func() webhook.Attempt {
		return webhook.Attempt{ID: provider.NewID(f.clock(), rand.Reader), At: f.clock(), Took: time.Second, Status: 500, Error: "status"}
	}
	require.NoError(t, f.Settle(ctx, stale, attempt()))
	assert.Equal(t, webhook.Pending, h.deliveries(t, e)[0].State, "a failure of the process that lost its claim")
	require.NoError(t, h.Redeliver(ctx, audit.BackgroundJob("test"), e.ID, d.ID))
	_, err = claim()
	require.ErrorIs(t, err, provider.ErrNotFound, "it is on its way, and must not be sent twice at once")
	waiting := d
	waiting.NextAt = f.clock().Add(time.Hour)
	require.NoError(t, f.Settle(ctx, waiting, attempt()))
	_, err = claim()
	require.ErrorIs(t, err, provider.ErrNotFound, "it waits for its next attempt")
	require.NoError(t, h.Redeliver(ctx, audit.BackgroundJob("test"), e.ID, d.ID))
	d, err = claim()
	require.NoError(t, err)
	assert.Equal(t, 3, d.Tries, "its attempts still count")
	require.ErrorIs(t, h.Redeliver(ctx, audit.BackgroundJob("test"), e.ID, f.newID()), provider.ErrNotFound)
	d.State = webhook.Failed
	require.NoError(t, f.Settle(ctx, d, attempt()))
	failing, err := h.Get(ctx, e.ID)
	require.NoError(t, err)
	require.NotNil(t, failing.FailingSince)
	assert.Equal(t, []webhook.Standing{{FailingSince: failing.FailingSince}}, f.standings(t), "it is not sent any more")
	n, err := h.RedeliverFailed(ctx, audit.BackgroundJob("test"), e.ID, f.clock().Add(-time.Hour))
	require.NoError(t, err)
	assert.EqualValues(t, 1, n)
	f.advance(time.Millisecond) // ids of one instant have no order
	d, err = claim()
	require.NoError(t, err)
	d.State = webhook.Delivered
	require.NoError(t, f.Settle(ctx, d, webhook.Attempt{ID: provider.NewID(f.clock(), rand.Reader), At: f.clock(), Status: 204}))
	recovered, err := h.Get(ctx, e.ID)
	require.NoError(t, err)
	assert.Nil(t, recovered.FailingSince)
	got := h.deliveries(t, e)[0]
	assert.Equal(t, webhook.Delivered, got.State)
	require.Len(t, got.Attempts, 4)
	assert.Equal(t, 500, got.Attempts[0].Status)
	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	for _, disabled := range []bool{true, false} {
		_, err := h.Change(ctx, audit.BackgroundJob("test"), e.ID, func(e *webhook.Endpoint) error { e.Disabled = disabled; return nil })
		require.NoError(t, err)
		_, err = claim()
		assert.Equal(t, disabled, errors.Is(err, provider.ErrNotFound), "what waits for a disabled endpoint waits")
	}
	other, _ := h.endpoint(t, "https://other.example/")
	require.ErrorIs(t, h.Redeliver(ctx, audit.BackgroundJob("test"), other.ID, d.ID), provider.ErrNotFound, "of another endpoint")
}

func (f *fixture) standings(t *testing.T) []webhook.Standing {
	t.Helper()
	list, err := f.Standings(t.Context(), f.clock())
	require.NoError(t, err)
	return list
}

func testWebhookSecrets(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	e, first := h.endpoint(t, "https://all.example/")
	second, err := h.RotateSecret(ctx, audit.BackgroundJob("test"), e.ID, time.Hour)
	require.NoError(t, err)
	assert.NotEqual(t, first, second)
	signing := func() int {
		secrets, err := f.WebhookSecrets(ctx, e.ID, f.clock())
		require.NoError(t, err)
		return len(secrets)
	}
	assert.Equal(t, 2, signing())
	require.NoError(t, h.ring.Rotate(ctx, audit.BackgroundJob("test"), f.clock()))
	for _, expected := range []int{2, 0} {
		n, err := webhook.Reseal(ctx, f.Store, h.ring.Key(keyring.Webhook))
		require.NoError(t, err)
		assert.Equal(t, expected, n)
	}
	f.setTime(f.clock().Add(time.Hour))
	assert.Equal(t, 1, signing())
	for range 4 {
		_, err = h.RotateSecret(ctx, audit.BackgroundJob("test"), e.ID, time.Hour)
		require.NoError(t, err)
	}
	var invalid *webhook.InvalidEndpoint
	_, err = h.RotateSecret(ctx, audit.BackgroundJob("test"), e.ID, time.Hour)
	require.ErrorAs(t, err, &invalid, "the signatures would fill a header")
	for _, overlap := range []time.Duration{-time.Second, webhook.MaxOverlap + time.Second} {
		_, err = h.RotateSecret(ctx, audit.BackgroundJob("test"), e.ID, overlap)
		require.ErrorAs(t, err, &invalid)
	}
	assert.Equal(t, 5, signing())
	_, err = h.RotateSecret(ctx, audit.BackgroundJob("test"), e.ID, 0)
	require.NoError(t, err)
	assert.Equal(t, 1, signing())
	_, err = h.RotateSecret(ctx, audit.BackgroundJob("test"), provider.RandomID(rand.Reader), 0)
	require.ErrorIs(t, err, provider.ErrNotFound)
}
