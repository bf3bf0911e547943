package metrics_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const trace = "4bf92f3577b34da6a3ce929d0e0e4736"

func TestRequestsAreCountedByRouteMethodAndStatus(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.HTTP.Observe("/oauth/token", "POST", 200, .004, "")
	m.HTTP.Observe("/oauth/token", "POST", 200, .006, "")
	m.HTTP.Observe("/oauth/token", "GET", 405, .001, "")
	m.HTTP.Observe("/errors/{error_id}", "BREW", 200, 30, "")
	m.HTTP.Observe("unmatched", "GET", 999, .001, "")
	m.HTTP.Began()
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_http_requests_in_flight Requests in progress.
# TYPE gatehouse_http_requests_in_flight gauge
gatehouse_http_requests_in_flight 1
# HELP gatehouse_http_requests_total Completed requests.
# TYPE gatehouse_http_requests_total counter
gatehouse_http_requests_total{method="POST",route="/oauth/token",status="200"} 2
gatehouse_http_requests_total{method="other",route="/oauth/token",status="405"} 1
gatehouse_http_requests_total{method="other",route="/errors/{error_id}",status="200"} 1
gatehouse_http_requests_total{method="GET",route="unmatched",status="other"} 1
`), "gatehouse_http_requests_total", "gatehouse_http_requests_in_flight"))
	m.HTTP.Ended()
	assert.Zero(t, value(t, registry, "gatehouse_http_requests_in_flight"))
}

func histogram(t *testing.T, from prometheus.Gatherer, name string) *dto.Histogram {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetHistogram()
		}
	}
	t.Fatal("no " + name)
	return nil
}

func TestDurationsAreClassicAndNativeHistograms(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.HTTP.Observe("/oauth/token", "POST", 200, .004, "")
	h := histogram(t, registry, "gatehouse_http_request_duration_seconds")
	assert.InEpsilon(t, .0005, h.GetBucket()[0].GetUpperBound(), 0)
	assert.InEpsilon(t, 10, h.GetBucket()[len(h.GetBucket())-1].GetUpperBound(), 0)
	assert.Equal(t, int32(3), h.GetSchema(), "a growth factor of at most 1.1 per bucket")
	assert.NotEmpty(t, h.GetPositiveSpan())
}

func TestTracesAreExemplars(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.HTTP.Observe("/oauth/token", "POST", 200, .004, trace)
	exemplars := 0
	for _, b := range histogram(t, registry, "gatehouse_http_request_duration_seconds").GetBucket() {
		if e := b.GetExemplar(); e != nil {
			exemplars++
			assert.Equal(t, "trace_id", e.GetLabel()[0].GetName())
			assert.Equal(t, trace, e.GetLabel()[0].GetValue())
		}
	}
	assert.Equal(t, 1, exemplars)
}

// The library panics for an invalid exemplar.
func TestInvalidTraceIDIsNoExemplar(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	for _, id := range []string{"x", strings.Repeat("é", 16), strings.Repeat("\xff", 32), strings.Repeat("a", 500), strings.ToUpper(trace)} {
		m.HTTP.Observe("/oauth/token", "POST", 200, .004, id)
	}
	h := histogram(t, registry, "gatehouse_http_request_duration_seconds")
	assert.Equal(t, uint64(5), h.GetSampleCount())
	for _, b := range h.GetBucket() {
		assert.Nil(t, b.GetExemplar())
	}
}

func TestParallelRequestsAreAllCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				m.HTTP.Observe("/oauth/token", "POST", 200+i%50, .004, "")
			}
		})
	}
	wg.Wait()
	assert.InEpsilon(t, 8000, value(t, registry, "gatehouse_http_request_duration_seconds", "route", "/oauth/token"), 0)
	assert.InEpsilon(t, 160, value(t, registry, "gatehouse_http_requests_total", "status", "249"), 0)
}
