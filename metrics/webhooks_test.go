package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

func TestWebhooksAreReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	clock := func() time.Time { return noon }
	ago := func(d time.Duration) *time.Time { at := noon.Add(-d); return &at }
	standings, failure := []webhook.Standing{
		{},
		{DueSince: ago(time.Second)},
		{FailingSince: ago(time.Hour), DueSince: ago(time.Minute)},
		{Disabled: true, FailingSince: ago(time.Hour), DueSince: ago(time.Hour)},
	}, error(nil)
	require.NoError(t, m.Webhooks.Watch(clock, func(ctx context.Context) ([]webhook.Standing, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return standings, failure
	}))
	m.Webhooks.Attempted(delivery.Delivered)
	m.Webhooks.Attempted(delivery.Retry)
	m.Webhooks.Attempted(delivery.Retry)
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_webhook_attempts_total Requests to the receivers of webhooks.
# TYPE gatehouse_webhook_attempts_total counter
gatehouse_webhook_attempts_total{outcome="delivered"} 1
gatehouse_webhook_attempts_total{outcome="failed"} 0
gatehouse_webhook_attempts_total{outcome="retry"} 2
# HELP gatehouse_webhook_due_age_seconds Age of the oldest event that is due and that nobody has begun to send; 0 when there is none.
# TYPE gatehouse_webhook_due_age_seconds gauge
gatehouse_webhook_due_age_seconds 60
# HELP gatehouse_webhook_endpoints Endpoints of webhooks by state.
# TYPE gatehouse_webhook_endpoints gauge
gatehouse_webhook_endpoints{state="disabled"} 1
gatehouse_webhook_endpoints{state="failing"} 1
gatehouse_webhook_endpoints{state="healthy"} 2
`), "gatehouse_webhook_attempts_total", "gatehouse_webhook_due_age_seconds", "gatehouse_webhook_endpoints"))
	standings = nil
	assert.Zero(t, value(t, registry, "gatehouse_webhook_endpoints", "state", "healthy"))
	assert.Zero(t, value(t, registry, "gatehouse_webhook_due_age_seconds"))
	failure = errors.New("away")
	_, err := registry.Gather()
	require.ErrorContains(t, err, "away")
}
