package e2e_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// decisions returns the rate limit series with their values.
func (s *server) decisions() map[string]float64 {
	s.t.Helper()
	found := map[string]float64{}
	for name, value := range s.series() {
		if strings.HasPrefix(name, "gatehouse_rate_limit_decisions_total{") {
			found[name] = value
		}
	}
	return found
}

// A series that appears with its first refusal would lose it: Prometheus needs an earlier sample
// to compute a rate.
func TestLimitSeriesExistBeforeTheFirstRefusal(t *testing.T) {
	t.Parallel()
	for name, redis := range map[string]bool{"memory": false, "redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *server
			if redis {
				s = newTraffic(t).server
			} else {
				s = start(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
			}
			expected := map[string]float64{}
			for _, p := range ratelimit.Policies() {
				for _, source := range p.Sources(redis) {
					for _, outcome := range []string{"allowed", "refused"} {
						expected[`gatehouse_rate_limit_decisions_total{outcome="`+outcome+`",policy="`+p.Name+`",source="`+source+`"}`] = 0
					}
				}
			}
			assert.Equal(t, expected, s.decisions())
		})
	}
}
