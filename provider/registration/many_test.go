package registration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// BenchmarkRegistrations registers b.N clients without a token, with no bound, and removes them all when their time has
// come. With -benchtime 100000x it is what an attacker with as many addresses could do within a day at most.
func BenchmarkRegistrations(b *testing.B) {
	f := fixtureOf(b)
	f.settings.Most = 0
	registry, in := f.registry(), registration.Request{Body: body(nil)}
	for b.Loop() {
		_, err := registry.Register(b.Context(), in)
		require.NoError(b, err)
	}
	f.advance(25 * time.Hour)
	expiry := registration.NewExpiry(f.store, f.gate, f.domain.Clock, f.settings.Idle)
	began := time.Now()
	removed, runs := int64(0), 0
	for removed < int64(b.N) {
		n, err := expiry.Sweep(b.Context())
		require.NoError(b, err)
		require.NotZero(b, n)
		removed, runs = removed+n, runs+1
	}
	b.ReportMetric(float64(removed)/time.Since(began).Seconds(), "removed/s")
	b.ReportMetric(float64(runs), "sweeps")
	_, waiting, err := f.store.NewRegistrations(b.Context(), time.Time{}, 1)
	require.NoError(b, err)
	require.Zero(b, waiting)
}
