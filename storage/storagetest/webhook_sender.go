package storagetest

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// receiver is an HTTP server that responds as the test wants.
func receiver(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

func (f *fixture) sender(t *testing.T, h *hooks) *webhook.Sender {
	t.Helper()
	post, err := outbound.NewPoster(outbound.Options{Allow: []string{"127.0.0.1"}}, 4*time.Second)
	require.NoError(t, err)
	return webhook.NewSender(f.Store, h.Registry, post, f.clock, rand.Reader, slog.New(slog.NewTextHandler(t.Output(), nil)), nil)
}

// settled waits until the only delivery to an endpoint was attempted.
func (h *hooks) settled(t *testing.T, e webhook.Endpoint) webhook.Delivery {
	t.Helper()
	var d webhook.Delivery
	require.Eventually(t, func() bool {
		list := h.deliveries(t, e)
		if len(list) == 1 {
			d = list[0]
		}
		return len(d.Attempts) == 1
	}, 8*time.Second, 10*time.Millisecond, e.URL)
	return h.deliveries(t, e)[0] // its state was read before its attempts
}

// Receivers of all kinds, at the same time.
func testWebhookReceivers(t *testing.T, f *fixture) {
	ctx, h := t.Context(), f.hooks(t)
	f.setTime(time.Now().Truncate(time.Microsecond)) // the library that verifies compares with the real time
	var healthy, reached atomic.Bool
	release := make(chan struct{})
	defer close(release) // before the servers are closed, which wait for their handlers
	private := receiver(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	var body, header atomic.Value
	good, first := h.endpoint(t, receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body.Store(text)
		header.Store(r.Header.Clone())
	}))
	second, err := h.RotateSecret(ctx, audit.BackgroundJob("test"), good.ID, time.Hour)
	require.NoError(t, err)
	recovering, _ := h.endpoint(t, receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		if !healthy.Load() {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	hanging, _ := h.endpoint(t, receiver(t, func(http.ResponseWriter, *http.Request) { <-release }))
	gone, _ := h.endpoint(t, receiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	redirecting, _ := h.endpoint(t, receiver(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, private, http.StatusTemporaryRedirect)
	}))
	huge, _ := h.endpoint(t, receiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10<<20)) }))
	internal, _ := h.endpoint(t, "https://10.0.0.1/")
	local, _ := h.endpoint(t, "https://localhost:1/")

	require.NoError(t, h.act(ctx, audit.ClientCreate, nil))
	s := f.sender(t, h)
	require.NoError(t, s.Start(ctx))
	assert.Equal(t, webhook.Delivered, h.settled(t, good).State)
	assert.Empty(t, h.deliveries(t, hanging)[0].Attempts, "one that hangs delays no other")
	for _, secret := range []string{first, second} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(body.Load().([]byte), header.Load().(http.Header)))
		require.Error(t, verifier.Verify([]byte("{}"), header.Load().(http.Header)))
	}
	assert.Equal(t, webhook.Delivered, h.settled(t, huge).State)
	assert.Equal(t, webhook.Attempt{Status: 307, Error: "status"}, outcome(h.settled(t, redirecting)))
	assert.Equal(t, webhook.Attempt{Error: "refused_address"}, outcome(h.settled(t, internal)))
	assert.Equal(t, webhook.Attempt{Error: "refused_address"}, outcome(h.settled(t, local)))
	assert.Equal(t, webhook.Attempt{Error: "timeout"}, outcome(h.settled(t, hanging)))
	assert.Equal(t, webhook.Attempt{Status: 410, Error: "status"}, outcome(h.settled(t, gone)))
	assert.False(t, reached.Load(), "a redirect was followed")
	require.Eventually(t, func() bool { e, err := h.Get(ctx, gone.ID); return err == nil && e.Disabled }, time.Second, 10*time.Millisecond)

	waiting := h.settled(t, recovering)
	assert.Equal(t, webhook.Pending, waiting.State)
	assert.False(t, waiting.NextAt.Before(f.clock().Add(2*time.Hour)), "Retry-After")
	healthy.Store(true)
	f.setTime(f.clock().Add(3 * time.Hour))
	require.Eventually(t, func() bool {
		require.NoError(t, s.Start(ctx))                                 // as the job does: an endpoint may be busy
		return h.deliveries(t, recovering)[0].State == webhook.Delivered //nolint:contextcheck // the test's
	}, 8*time.Second, 50*time.Millisecond)
	assert.Len(t, h.deliveries(t, recovering)[0].Attempts, 2)
	assert.Len(t, h.deliveries(t, good)[0].Attempts, 1, "what was delivered is not sent again")

	f.setTime(f.clock().Add(5 * 24 * time.Hour))
	require.Eventually(t, func() bool {
		require.NoError(t, s.Start(ctx))
		e, err := h.Get(ctx, internal.ID)
		return err == nil && e.Disabled
	}, 8*time.Second, 50*time.Millisecond, "five days of failures")
	records, err := f.Records(ctx, audit.Filter{Action: audit.WebhookUpdate, ActorID: "webhooks"}, 10)
	require.NoError(t, err)
	assert.NotEmpty(t, records)
}

func outcome(d webhook.Delivery) webhook.Attempt {
	a := d.Attempts[0]
	return webhook.Attempt{Status: a.Status, Error: a.Error}
}
