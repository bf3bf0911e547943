package e2e_test

import (
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// metricsPage returns the response to a scrape.
func (s *server) metricsPage() string {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.ops+"/metrics", nil)
	require.NoError(s.t, err)
	got := s.send(r)
	require.Equal(s.t, http.StatusOK, got.status)
	return got.body
}

// series returns every series with its value. Labels are in alphabetical order.
func (s *server) series() map[string]float64 {
	s.t.Helper()
	all := map[string]float64{}
	for line := range strings.Lines(s.metricsPage()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSpace(line)
		at := strings.LastIndex(line, " ")
		value, err := strconv.ParseFloat(line[at+1:], 64)
		require.NoError(s.t, err, line)
		all[line[:at]] = value
	}
	return all
}

// counts checks by how much series grow while do runs. Requests are counted after the response
// was sent, so the result may take a moment.
func (s *server) counts(do func(), expected map[string]float64) {
	s.t.Helper()
	before := s.settled()
	do()
	grown := map[string]float64{}
	poll(func() bool {
		now := s.series()
		for name := range expected {
			grown[name] = now[name] - before[name]
		}
		return maps.Equal(expected, grown)
	}, 5*time.Second)
	assert.Equal(s.t, expected, grown)
}

// settled waits until all earlier requests are counted: none is in flight, and two scrapes in a
// row have the same number of requests.
func (s *server) settled() (now map[string]float64) {
	s.t.Helper()
	requests := func(all map[string]float64) (sum float64) {
		for name, value := range all {
			if strings.HasPrefix(name, "gatehouse_http_requests_total{") {
				sum += value
			}
		}
		return sum
	}
	last := -1.0
	require.True(s.t, poll(func() bool {
		now = s.series()
		same := requests(now) == last && now["gatehouse_http_requests_in_flight"] == 0
		last = requests(now)
		return same
	}, 5*time.Second))
	return now
}

func TestMetricsCountRequestsAndOutcomes(t *testing.T) {
	t.Parallel()
	v := newTraffic(t)
	credentials := url.Values{"grant_type": {"client_credentials"}}
	access := v.token("billing", v.billing, nil)
	v.counts(func() { v.token("billing", v.billing, nil) }, map[string]float64{
		`gatehouse_http_requests_total{method="POST",route="/oauth/token",status="200"}`:               1,
		`gatehouse_http_request_duration_seconds_count{method="POST",route="/oauth/token"}`:            1,
		`gatehouse_tokens_issued_total{grant_type="client_credentials",refresh="false"}`:               1,
		`gatehouse_rate_limit_decisions_total{outcome="allowed",policy="token-client",source="redis"}`: 1,
	})
	v.counts(func() { v.post("/oauth/token", "billing", "wrong", credentials) }, map[string]float64{
		`gatehouse_http_requests_total{method="POST",route="/oauth/token",status="401"}`:              1,
		`gatehouse_token_refusals_total{error="invalid_client",grant_type="client_credentials"}`:      1,
		`gatehouse_refusals_total{check="client_secret",error="invalid_client",route="/oauth/token"}`: 1,
		`gatehouse_tokens_issued_total{grant_type="client_credentials",refresh="false"}`:              0,
	})
	v.counts(func() { v.post("/oauth/token", "billing", v.billing, url.Values{"grant_type": {"made-up"}}) }, map[string]float64{
		`gatehouse_token_refusals_total{error="unsupported_grant_type",grant_type="other"}`: 1,
	})
	v.counts(func() {
		v.active("billing", v.billing, access)
		v.active("billing", v.billing, "noise")
		v.active("billing", v.billing, "noise")
	}, map[string]float64{
		`gatehouse_introspections_total{active="true"}`:  1,
		`gatehouse_introspections_total{active="false"}`: 2,
	})
	v.counts(func() { v.post("/oauth/revoke", "billing", v.billing, url.Values{"token": {access}}) }, map[string]float64{
		`gatehouse_tokens_revoked_total`: 1,
	})
	v.counts(v.visit, map[string]float64{
		`gatehouse_sign_ins_total{outcome="wrong_password"}`:                            1,
		`gatehouse_sign_ins_total{outcome="success"}`:                                   1,
		`gatehouse_sign_ins_total{outcome="unknown_user"}`:                              0,
		`gatehouse_authorizations_total`:                                                1,
		`gatehouse_tokens_issued_total{grant_type="authorization_code",refresh="true"}`: 1,
		`gatehouse_tokens_issued_total{grant_type="refresh_token",refresh="true"}`:      1,
		`gatehouse_refresh_reuse_total`:                                                 0,
	})
	v.counts(func() {
		for _, status := range []int{http.StatusOK, http.StatusTooManyRequests} {
			assert.Equal(t, status, v.get("/oauth/jwks").status)
		}
		v.get("/gone/" + access)
	}, map[string]float64{
		`gatehouse_rate_limit_decisions_total{outcome="allowed",policy="document-prefix",source="redis"}`: 1,
		`gatehouse_rate_limit_decisions_total{outcome="refused",policy="document-prefix",source="redis"}`: 1,
		`gatehouse_http_requests_total{method="GET",route="unmatched",status="404"}`:                      1,
	})
}

// Statements of background jobs are counted in the same series, so the expected values are lower
// bounds.
func TestMetricsCountStatementsCommandsAndCacheHits(t *testing.T) {
	t.Parallel()
	v := newTraffic(t)
	before := v.settled()
	const requests = 20
	for range requests {
		v.token("billing", v.billing, nil)
	}
	after := v.settled()
	for name, least := range map[string]float64{
		`gatehouse_sql_statements_total{outcome="success"}`: requests,
		`gatehouse_sql_statement_duration_seconds_count`:    requests,
		`gatehouse_redis_commands_total{outcome="success"}`: requests,
		`gatehouse_redis_command_duration_seconds_count`:    requests,
	} {
		assert.GreaterOrEqual(t, after[name]-before[name], least, name)
	}
	cached := func(all map[string]float64, result string) float64 {
		return all[`gatehouse_cache_requests_total{cache="clients",result="`+result+`"}`]
	}
	hits, misses := cached(after, "hit")-cached(before, "hit"), cached(after, "miss")-cached(before, "miss")
	assert.InDelta(t, requests, hits+misses, 0)
	assert.Greater(t, hits, misses, "the client stays cached unless a client was changed")
	assert.Zero(t, after[`gatehouse_sql_statements_total{outcome="failed"}`])
	assert.Zero(t, after[`gatehouse_redis_commands_total{outcome="failed"}`])
	assert.Zero(t, after[`gatehouse_redis_failing`])
	assert.InDelta(t, 1, after[`gatehouse_ready{check="database"}`], 0)
}

// Metrics are served on the operator's listener only, and hold no secrets or names of clients
// and users.
func TestMetricsAreForTheOperator(t *testing.T) {
	t.Parallel()
	v := newTraffic(t)
	v.round()
	for _, path := range []string{"/metrics", "/oauth/metrics", "/debug/pprof/"} {
		assert.Equal(t, http.StatusNotFound, v.get(path).status, path)
	}
	v.settled() // all requests are counted
	page := v.metricsPage()
	for _, secret := range v.secrets {
		assert.NotContains(t, page, secret)
	}
	for _, name := range []string{`"app"`, "billing", `"nobody"`, "alice", "app.example.test", "/gone"} {
		assert.NotContains(t, page, name)
	}
	lint(t, page)
}

// lint checks the page with promtool.
func lint(t *testing.T, page string) {
	t.Helper()
	check := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	check.Stdin = strings.NewReader(page)
	out, err := check.CombinedOutput()
	assert.NoError(t, err, "%s", out)
	assert.Empty(t, string(out))
}

// Without Redis there must be no Redis series.
func TestMetricsWithoutRedis(t *testing.T) {
	t.Parallel()
	s := start(t, postgres(t))
	page := s.metricsPage()
	assert.NotContains(t, page, "gatehouse_redis_failing", "0 would mean that Redis works")
	assert.Contains(t, page, "go_sql_max_open_connections")
	lint(t, page)
}
