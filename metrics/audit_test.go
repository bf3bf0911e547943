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
)

func TestAgeOfUnsealedRecordsIsReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	age, failure := 90*time.Second, error(nil)
	require.NoError(t, m.Audit.Watch(func(ctx context.Context) (time.Duration, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return age, failure
	}))
	const name = "gatehouse_audit_unsealed_age_seconds"
	for at, want := range map[time.Duration]string{90 * time.Second: "90", 0: "0", -time.Second: "0"} {
		age = at
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_audit_unsealed_age_seconds Age of the oldest audit record that is not sealed; 0 when all are.
# TYPE gatehouse_audit_unsealed_age_seconds gauge
gatehouse_audit_unsealed_age_seconds `+want+"\n"), name))
	}
	failure = errors.New("away")
	_, err := registry.Gather()
	require.ErrorContains(t, err, "away")
}

func TestLastVerificationIsReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	at, intact, failure := time.Time{}, false, error(nil)
	require.NoError(t, m.Audit.WatchVerified(func(ctx context.Context) (time.Time, bool, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return at, intact, failure
	}))
	names := []string{"gatehouse_audit_verified_timestamp_seconds", "gatehouse_audit_intact"}
	n, err := testutil.GatherAndCount(registry, names...)
	require.NoError(t, err)
	assert.Zero(t, n, "it was never verified")
	at = time.UnixMilli(1234500)
	for _, want := range []string{"0", "1"} {
		intact = want == "1"
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_audit_intact 1 when the last verification of the audit log found nothing wrong.
# TYPE gatehouse_audit_intact gauge
gatehouse_audit_intact `+want+`
# HELP gatehouse_audit_verified_timestamp_seconds Time of the last verification of the audit log.
# TYPE gatehouse_audit_verified_timestamp_seconds gauge
gatehouse_audit_verified_timestamp_seconds 1234.5
`), names...))
	}
	failure = errors.New("away")
	_, err = registry.Gather()
	require.ErrorContains(t, err, "away")
}
