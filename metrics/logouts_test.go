package metrics_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

func TestLogoutsAreReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	due, failure := noon.Add(-time.Minute), error(nil)
	since := &due
	require.NoError(t, m.Logouts.Watch(func() time.Time { return noon }, func(ctx context.Context) (*time.Time, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return since, failure
	}))
	m.Logouts.Attempted(delivery.Failed)
	assert.InDelta(t, 1, value(t, registry, "gatehouse_logout_attempts_total", "outcome", "failed"), 0)
	assert.Zero(t, value(t, registry, "gatehouse_logout_attempts_total", "outcome", "delivered"))
	assert.Zero(t, value(t, registry, "gatehouse_logout_frames_left_out_total"))
	m.Logouts.LeftOut(3)
	assert.InDelta(t, 3, value(t, registry, "gatehouse_logout_frames_left_out_total"), 0)
	assert.InDelta(t, 60, value(t, registry, "gatehouse_logout_due_age_seconds"), 0)
	since = nil
	assert.Zero(t, value(t, registry, "gatehouse_logout_due_age_seconds"))
	failure = errors.New("away")
	_, err := registry.Gather()
	require.ErrorContains(t, err, "away")
}
