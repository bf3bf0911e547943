package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func TestProxyShowsWhatItsVerifierCounts(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	m, err := metrics.NewProxy(registry, metrics.Options{Clock: func() time.Time { return noon }}, func() resource.Stats {
		return resource.Stats{
			VerifiedJWT: 5, VerifiedIntrospected: 3, Refused: map[string]uint64{"expired": 2, "no_token": 0},
			Introspections: 4, IntrospectionFailures: 1, KeyFetches: 2, KeysFreshFor: time.Minute,
		}
	})
	require.NoError(t, err)
	m.HTTP.Observe("/admin", "GET", 403, .01, "")
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_http_requests_total Completed requests.
# TYPE gatehouse_http_requests_total counter
gatehouse_http_requests_total{method="GET",route="/admin",status="403"} 1
# HELP gatehouse_proxy_introspections_total Questions to the provider about tokens.
# TYPE gatehouse_proxy_introspections_total counter
gatehouse_proxy_introspections_total{outcome="answered"} 3
gatehouse_proxy_introspections_total{outcome="failed"} 1
# HELP gatehouse_proxy_key_fetches_total Fetches of the keys of the provider.
# TYPE gatehouse_proxy_key_fetches_total counter
gatehouse_proxy_key_fetches_total{outcome="failed"} 0
gatehouse_proxy_key_fetches_total{outcome="succeeded"} 2
# HELP gatehouse_proxy_keys_fresh_seconds How long until the keys are fetched again; negative when that fails.
# TYPE gatehouse_proxy_keys_fresh_seconds gauge
gatehouse_proxy_keys_fresh_seconds 60
# HELP gatehouse_proxy_requests_refused_total Requests that were refused for their access token.
# TYPE gatehouse_proxy_requests_refused_total counter
gatehouse_proxy_requests_refused_total{reason="expired"} 2
gatehouse_proxy_requests_refused_total{reason="no_token"} 0
# HELP gatehouse_proxy_tokens_verified_total Access tokens that were accepted, by how they are checked.
# TYPE gatehouse_proxy_tokens_verified_total counter
gatehouse_proxy_tokens_verified_total{by="introspection"} 3
gatehouse_proxy_tokens_verified_total{by="signature"} 5
`), "gatehouse_http_requests_total", "gatehouse_proxy_introspections_total", "gatehouse_proxy_key_fetches_total",
		"gatehouse_proxy_keys_fresh_seconds", "gatehouse_proxy_requests_refused_total", "gatehouse_proxy_tokens_verified_total"))
}

func TestProxyShowsWhetherRevocationsAreFollowed(t *testing.T) {
	t.Parallel()
	const counts = `
# HELP gatehouse_proxy_revocation_requests_total Requests for what was revoked.
# TYPE gatehouse_proxy_revocation_requests_total counter
gatehouse_proxy_revocation_requests_total{outcome="answered"} 5
gatehouse_proxy_revocation_requests_total{outcome="failed"} 2
# HELP gatehouse_proxy_revocations_known How many revocations are remembered.
# TYPE gatehouse_proxy_revocations_known gauge
gatehouse_proxy_revocations_known 3
# HELP gatehouse_proxy_tokens_without_revocations_total Access tokens that were checked while it was not known what was revoked.
# TYPE gatehouse_proxy_tokens_without_revocations_total counter
gatehouse_proxy_tokens_without_revocations_total 4
`
	const followed = `
# HELP gatehouse_proxy_revocations_followed 1 while it is known what the provider revoked, 0 while it is not.
# TYPE gatehouse_proxy_revocations_followed gauge
gatehouse_proxy_revocations_followed `
	const age = `
# HELP gatehouse_proxy_revocations_age_seconds How old the knowledge of what was revoked is; absent before there is any.
# TYPE gatehouse_proxy_revocations_age_seconds gauge
gatehouse_proxy_revocations_age_seconds 8
`
	for state, want := range map[string]string{
		"": "", "starting": counts + followed + "0\n", "followed": counts + age + followed + "1\n", "lost": counts + age + followed + "0\n",
	} {
		registry := prometheus.NewPedanticRegistry()
		_, err := metrics.NewProxy(registry, metrics.Options{Clock: func() time.Time { return noon }}, func() resource.Stats {
			return resource.Stats{
				RevocationFeed: state, RevocationAge: 8 * time.Second, RevocationsKnown: 3,
				RevocationRequests: 7, RevocationFailures: 2, WithoutFeed: 4,
			}
		})
		require.NoError(t, err)
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(want),
			"gatehouse_proxy_revocation_requests_total", "gatehouse_proxy_revocations_age_seconds", "gatehouse_proxy_revocations_followed",
			"gatehouse_proxy_revocations_known", "gatehouse_proxy_tokens_without_revocations_total"), state)
	}
}
