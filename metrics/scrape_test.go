package metrics_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
)

func scrape(t *testing.T, h http.Handler, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestExemplarsAreInOpenMetrics(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.HTTP.Observe("/oauth/token", "POST", 200, .004, trace)
	h := metrics.Handler(registry, slog.New(slog.DiscardHandler))

	plain := scrape(t, h, "text/plain")
	assert.Equal(t, http.StatusOK, plain.Code)
	assert.Contains(t, plain.Body.String(), `gatehouse_http_requests_total{method="POST",route="/oauth/token",status="200"} 1`)
	assert.NotContains(t, plain.Body.String(), trace)

	open := scrape(t, h, "application/openmetrics-text;version=1.0.0")
	assert.Contains(t, open.Body.String(), `# {trace_id="`+trace+`"} 0.004`)

	protobuf := scrape(t, h, "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	assert.Contains(t, protobuf.Header().Get("Content-Type"), "application/vnd.google.protobuf")
}

func TestFailingCollectorHidesNothingElse(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	require.NoError(t, m.Keys.Watch(func(context.Context) ([]metrics.SigningKey, error) { return nil, assert.AnError }))
	var log bytes.Buffer
	w := scrape(t, metrics.Handler(registry, slog.New(slog.NewTextHandler(&log, nil))), "text/plain")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "gatehouse_build_info")
	assert.Contains(t, log.String(), assert.AnError.Error())
}
