package handlers_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestADrainingServerServesAndClosesConnections(t *testing.T) {
	t.Parallel()
	var drain handlers.Drain
	server := httptest.NewServer(drain.Around(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })))
	t.Cleanup(server.Close)
	ops := handlers.NewOps(slog.New(slog.DiscardHandler), http.NotFoundHandler(), drain.Check())
	for _, draining := range []bool{false, true} {
		if draining {
			drain.Begin()
		}
		answer, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, "here", string(body))
		assert.Equal(t, draining, answer.Close)

		ready := httptest.NewRecorder()
		ops.ServeHTTP(ready, httptest.NewRequest(http.MethodGet, "/healthz/ready", nil))
		assert.Equal(t, draining, ready.Code == http.StatusServiceUnavailable)
		live := httptest.NewRecorder()
		ops.ServeHTTP(live, httptest.NewRequest(http.MethodGet, "/healthz/live", nil))
		assert.Equal(t, http.StatusOK, live.Code)
	}
}
