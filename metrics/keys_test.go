package metrics_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func TestKeysAreReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	require.NoError(t, m.Keys.Watch(func(ctx context.Context) ([]metrics.SigningKey, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return []metrics.SigningKey{
			{Algorithm: "RS256", State: string(keys.Gone), Since: noon.AddDate(-1, 0, 0)},
			{Algorithm: "RS256", State: string(keys.Retiring), Since: noon.AddDate(0, -1, 0)},
			{Algorithm: "RS256", State: string(keys.Active), Since: noon, NextRotation: noon.Add(time.Hour)},
			{Algorithm: "ES256", State: string(keys.Pending), Since: noon.Add(time.Hour)},
		}, nil
	}))
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_signing_keys Signing keys, by state.
# TYPE gatehouse_signing_keys gauge
gatehouse_signing_keys{alg="ES256",state="active"} 0
gatehouse_signing_keys{alg="ES256",state="pending"} 1
gatehouse_signing_keys{alg="ES256",state="retiring"} 0
gatehouse_signing_keys{alg="RS256",state="active"} 1
gatehouse_signing_keys{alg="RS256",state="pending"} 0
gatehouse_signing_keys{alg="RS256",state="retiring"} 1
# HELP gatehouse_signing_key_active_since_seconds When the active key began to sign.
# TYPE gatehouse_signing_key_active_since_seconds gauge
gatehouse_signing_key_active_since_seconds{alg="RS256"} 1.7723664e+09
# HELP gatehouse_signing_key_next_rotation_seconds When the next key is due to take over.
# TYPE gatehouse_signing_key_next_rotation_seconds gauge
gatehouse_signing_key_next_rotation_seconds{alg="RS256"} 1.77237e+09
`), "gatehouse_signing_keys", "gatehouse_signing_key_active_since_seconds", "gatehouse_signing_key_next_rotation_seconds"))
}
