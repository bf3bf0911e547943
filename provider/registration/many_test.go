package registration_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
	"github.com/gatehouse-id/gatehouse/test/services"
)

func anAddress(i int) string { return fmt.Sprintf("10.%d.%d.%d/32", i%250, i/250%250, i/62_500) }

// leave lets a day pass, after which the clients leave that nobody used.
func (f *fixture) leave(clients int) (removed int64, sweeps int) {
	f.t.Helper()
	f.advance(25 * time.Hour)
	expiry := registration.NewExpiry(f.store, f.gate, f.domain.Clock, f.settings.Idle)
	for ; removed < int64(clients); sweeps++ {
		gone, err := expiry.Sweep(f.t.Context())
		require.NoError(f.t, err)
		require.NotZero(f.t, gone)
		removed += gone
	}
	return removed, sweeps
}

// Of many registrations from one origin few get in, and all of those leave.
func TestManyRegistrationsFromOneOrigin(t *testing.T) {
	f := newFixture(t)
	f.settings.Most = 510
	one := 0
	for range 300 {
		one += f.from("192.0.2.1/32", 1)
	}
	assert.Equal(t, 10, one)
	all := one
	for i := range 290 {
		all += f.from(anAddress(i), 1)
	}
	assert.Equal(t, 300, all, "the others have room")
	removed, _ := f.leave(all)
	assert.EqualValues(t, all, removed)
	left, err := f.store.ClientIDs(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// BenchmarkRegistrations is the same with b.N registrations, and room for all of them from others. With -benchtime 100000x it
// is more than what the settings let in within a day unless they are changed.
func BenchmarkRegistrations(b *testing.B) {
	for name, open := range map[string]func(t testing.TB, clock provider.Clock) *storage.Store{"sqlite": storagetest.SQLite, "postgres": postgres} {
		b.Run(name, func(b *testing.B) {
			f := fixtureOn(b, open)
			f.settings.Most = b.N
			began, refused := time.Now(), 0
			one := f.from("192.0.2.1/32", b.N)
			for range b.N - one {
				refused += 1 - f.from("192.0.2.1/32", 1)
			}
			b.ReportMetric(float64(one), "of_one_origin")
			b.ReportMetric(float64(refused)/time.Since(began).Seconds(), "refused/s")
			began = time.Now()
			f.settings.Most = 100 * b.N // as if they had a thousand times as many addresses
			all := one
			for i := range b.N - one {
				all += f.from(anAddress(i), 1)
			}
			b.ReportMetric(float64(all)/time.Since(began).Seconds(), "registered/s")
			began = time.Now()
			removed, sweeps := f.leave(all)
			require.Equal(b, all, int(removed))
			b.ReportMetric(float64(removed)/time.Since(began).Seconds(), "removed/s")
			b.ReportMetric(float64(sweeps), "sweeps")
		})
	}
}

func postgres(t testing.TB, clock provider.Clock) *storage.Store {
	t.Helper()
	url := services.NewPostgres(t, services.Durable).EmptyDatabase(t)
	store, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	_, err = store.Migrate(t.Context())
	require.NoError(t, err)
	return store
}
