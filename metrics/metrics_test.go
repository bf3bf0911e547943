package metrics_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newMetrics(t testing.TB) (*metrics.Metrics, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	m, err := metrics.New(registry, metrics.Options{Version: "v1.2.3", Revision: "abc", Clock: func() time.Time { return noon }})
	require.NoError(t, err)
	return m, registry
}

// value of the series with these labels, each a name and a value; -1 when there is none.
func value(t testing.TB, from prometheus.Gatherer, name string, labels ...string) float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			found := 0
			for _, pair := range metric.GetLabel() {
				for i := 0; i+1 < len(labels); i += 2 {
					if pair.GetName() == labels[i] && pair.GetValue() == labels[i+1] {
						found++
					}
				}
			}
			if found*2 == len(labels) {
				return metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
			}
		}
	}
	return -1
}

func TestMetricsOfTwoServersAreSeparate(t *testing.T) {
	t.Parallel()
	_, one := newMetrics(t)
	first, err := metrics.New(prometheus.NewRegistry(), metrics.Options{Clock: time.Now})
	require.NoError(t, err)
	first.Tokens.Introspected(true)
	assert.Zero(t, value(t, one, "gatehouse_introspections_total", "active", "true"))
}

func TestNewReportsErrors(t *testing.T) {
	t.Parallel()
	_, registry := newMetrics(t)
	_, err := metrics.New(registry, metrics.Options{Clock: time.Now})
	require.ErrorAs(t, err, &prometheus.AlreadyRegisteredError{})
	_, err = metrics.New(prometheus.NewRegistry(), metrics.Options{})
	assert.ErrorContains(t, err, "clock")
}

func TestBuildInfoHasTheVersion(t *testing.T) {
	t.Parallel()
	_, registry := newMetrics(t)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_build_info", "version", "v1.2.3", "revision", "abc"), 0)
	assert.InEpsilon(t, float64(noon.Unix()), value(t, registry, "gatehouse_clock_seconds"), 0)
	assert.Positive(t, value(t, registry, "go_goroutines"))
}
