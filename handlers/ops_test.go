package handlers_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestReadyNamesWhatFailsAndNoMore(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	away := errors.New("dial tcp db-7:5432: connection refused")
	working := handlers.ReadyCheck{Name: "keys", Check: func(context.Context) error { return nil }}
	failing := handlers.ReadyCheck{Name: "database", Check: func(ctx context.Context) error {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a probe that hangs looks like a dead process")
		return away
	}}
	logger := slog.New(slog.NewJSONHandler(&log, nil))

	w := get(handlers.NewOps(logger, http.NotFoundHandler(), working), "/healthz/ready")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.JSONEq(t, `{"status":"ready"}`, w.Body.String())
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "a stored response would hide a failure")

	ops := handlers.NewOps(logger, http.NotFoundHandler(), working, failing)
	w = get(ops, "/healthz/ready")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.JSONEq(t, `{"status":"not ready","failing":["database"]}`, w.Body.String())
	assert.Contains(t, log.String(), "db-7")
	assert.Equal(t, http.StatusOK, get(ops, "/healthz/live").Code, "a restart would not bring the database back")
}

func TestProfilesAreOnTheOpsListenerOnly(t *testing.T) {
	t.Parallel()
	ops := handlers.NewOps(slog.New(slog.DiscardHandler), http.NotFoundHandler())
	public := newFrame(t, nil)
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine", "/debug/pprof/cmdline", "/healthz/live", "/healthz/ready"} {
		assert.Equal(t, http.StatusOK, get(ops, path).Code, path)
		assert.Equal(t, http.StatusNotFound, get(public, path).Code, path)
	}
	server := handlers.NewOpsServer(ops, slog.New(slog.DiscardHandler))
	assert.Greater(t, server.WriteTimeout.Seconds(), 60., "a CPU profile takes a while")
}
