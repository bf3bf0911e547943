package logo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/logo"
)

// A request cannot make the server fetch anything but a registered logo.
func TestOnlyRegisteredLogosAreFetched(t *testing.T) {
	t.Parallel()
	h := open(t)
	for id, version := range map[string]string{
		"unknown":  logo.Version(h.uri("unknown")),
		"plain":    logo.Version(""),
		"disabled": logo.Version(h.uri("disabled")),
		"app":      logo.Version(h.uri("other")),
		"other":    "",
	} {
		_, err := h.Picture(t.Context(), id, version)
		assert.ErrorIs(t, err, provider.ErrNotFound, id)
	}
	assert.Zero(t, h.fetches.Load())
	_, err := h.get("app")
	require.NoError(t, err)
	assert.NotEqual(t, logo.Version("https://a.example/1"), logo.Version("https://a.example/2"))
}

// A private address is refused, and only the operator's log says so.
func TestPrivateAddressesAreNotFetched(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	_, err := h.get("app")
	assert.ErrorIs(t, err, logo.ErrUnavailable)
	assert.ErrorContains(t, err, "prohibited")
	assert.Zero(t, h.fetches.Load())
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	h := open(t)
	var reached atomic.Int64
	second := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(second.Close)
	h.answer(http.RedirectHandler(second.URL, http.StatusFound).ServeHTTP)
	_, err := h.get("app")
	assert.ErrorIs(t, err, logo.ErrUnavailable)
	assert.Zero(t, reached.Load())
}

// A logo that takes too long is missing; that is not a timeout of the request, which would be
// reported as a server error.
func TestSlowServerIsGivenUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	began := time.Now()
	_, err := h.get("app")
	assert.ErrorIs(t, err, logo.ErrUnavailable)
	assert.NotErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 8*time.Second)
}

// A canceled request does not end the fetch for the others.
func TestCanceledRequestDoesNotEndTheFetch(t *testing.T) {
	t.Parallel()
	h := open(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	body := picture(t, "png")
	h.answer(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(body)
	})
	ctx, hangUp := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := h.Picture(ctx, "app", logo.Version(h.uri("app")))
		gone <- err
	}()
	<-arrived
	hangUp()
	assert.ErrorIs(t, <-gone, context.Canceled)
	close(release)
	_, err := h.get("app")
	assert.NoError(t, err)
	assert.EqualValues(t, 1, h.fetches.Load())
}
