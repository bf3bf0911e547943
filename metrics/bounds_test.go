package metrics_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// most is the maximum number of series of a server, whatever clients do.
const most = 3000

// series counts as Prometheus does: a histogram has one for each bucket, plus two.
func series(t *testing.T, from prometheus.Gatherer) (total int, by map[string]int) {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	by = map[string]int{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			n := 1
			switch {
			case metric.GetHistogram() != nil:
				n = len(metric.GetHistogram().GetBucket()) + 3 // +Inf, sum, count
			case metric.GetSummary() != nil:
				n = len(metric.GetSummary().GetQuantile()) + 2
			}
			by[family.GetName()] += n
			total += n
		}
	}
	return total, by
}

// routes are those of the server, each with its methods.
func routes() map[string][]string {
	get, post, page := []string{"GET", "HEAD"}, []string{"POST"}, []string{"GET", "HEAD", "POST"}
	document, script := []string{"GET", "HEAD", "OPTIONS"}, []string{"POST", "OPTIONS"}
	return map[string][]string{
		"/oauth/introspect": post, "/oauth/token": script, "/oauth/revoke": script, "/oauth/jwks": document,
		"/.well-known/openid-configuration": document, "/.well-known/oauth-authorization-server": document,
		"/oauth/userinfo": {"GET", "HEAD", "POST", "OPTIONS"}, "/oauth/authorize": page, "/login": page,
		"/consent": post, "/oauth/logout": page, "/": get, "/errors/{error_id}": get, "/assets/{name}": get,
		"/oauth/access_token_valid/{token}": get,
		"unmatched":                         {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "BREW"},
	}
}

func codes() []refusal.Code {
	return []refusal.Code{
		refusal.InvalidRequest, refusal.InvalidClient, refusal.InvalidGrant, refusal.InvalidScope, refusal.InvalidTarget,
		refusal.InvalidToken, refusal.UnauthorizedClient, refusal.UnsupportedGrantType, refusal.UnsupportedTokenType,
		refusal.AccessDenied, refusal.ServerError, refusal.TemporarilyUnavailable, refusal.UnsupportedResponseType,
		refusal.LoginRequired, refusal.ConsentRequired, refusal.RequestNotSupported, refusal.RequestURINotSupported,
		refusal.RegistrationNotSupported, refusal.InsufficientScope, refusal.NotFound, refusal.MethodNotAllowed,
	}
}

// watched registers everything that is only shown once its owner registers it.
func watched(t testing.TB, m *metrics.Metrics) {
	t.Helper()
	require.NoError(t, m.Keys.Watch(func(context.Context) ([]metrics.SigningKey, error) {
		var keys []metrics.SigningKey
		for _, alg := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
			for _, state := range []string{"pending", "active", "retiring", "gone"} {
				keys = append(keys, metrics.SigningKey{Algorithm: alg, State: state, Since: noon, NextRotation: noon.AddDate(0, 0, 90)})
			}
		}
		return keys, nil
	}))
	require.NoError(t, m.Redis.Watch(func() bool { return true }, func() metrics.RedisPool { return metrics.RedisPool{} }))
	require.NoError(t, m.Ready.Watch("database", func(context.Context) error { return nil }))
	for _, name := range []string{"read", "write"} {
		require.NoError(t, m.SQL.Watch(new(sql.DB), name))
	}
}

// busy simulates a server of 10,000 clients that has recorded everything.
func busy(t *testing.T, m *metrics.Metrics) {
	watched(t, m)
	for i := range 10_000 {
		caller := fmt.Sprint("caller-", i)
		for _, grant := range []string{"client_credentials", "authorization_code", "refresh_token", "password"} {
			m.Record(t.Context(), event.TokenIssued{ClientID: caller, GrantType: grant, Refresh: i%2 == 0})
			m.Tokens.TokenRefused(grant, codes()[i%len(codes())])
		}
		m.Tokens.TokenRefused(caller, refusal.UnsupportedGrantType)
		m.Record(t.Context(), event.TokenRevoked{ClientID: caller})
		m.Record(t.Context(), event.SignInRefused{Reason: caller})
		m.Refusals.Refused("/oauth/token", refusal.InvalidClient, refusal.CheckClientUnknown)
		m.Tokens.Introspected(i%2 == 0)
	}
	for route, methods := range routes() {
		for _, method := range methods {
			for _, status := range []int{200, 303, 400, 401, 403, 429, 500, 503} {
				m.HTTP.Observe(route, method, status, .01, "")
			}
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			m.HTTP.Observe(route, method, 405, .001, "")
		}
		for _, check := range []refusal.Check{refusal.CheckInternal, refusal.CheckStorage, refusal.CheckMethod, refusal.CheckThrottled, refusal.CheckTimeout} {
			m.Refusals.Refused(route, refusal.ServerError, check)
		}
	}
	for i, check := range refusal.NewCatalogue(refusal.Limits{}).Checks() {
		m.Refusals.Refused("/oauth/token", codes()[i%len(codes())], check)
		m.Refusals.Refused("/oauth/authorize", codes()[i%len(codes())], check)
	}
	for _, policy := range ratelimit.Policies() {
		for _, source := range policy.Sources(true) {
			m.Limits.Expect(policy.Name, source)
			m.Limits.Decided(policy.Name, source, false)
		}
	}
	for _, cache := range []string{"clients", "scopes", "keys"} {
		m.Caches.For(cache)(true)
	}
	m.Tokens.Expect(client.ClientCredentials, client.AuthorizationCode, client.RefreshToken, client.Password)
	for _, job := range []string{"janitor", "key-rotation"} {
		m.Jobs.Expect(job)
		m.Jobs.Ran(job, 1, nil)
		m.Jobs.Ran(job, 1, assert.AnError)
	}
	for _, table := range []string{"tokens", "grants", "sessions", "used_jtis", "signing_keys", "idempotency_keys", "outbox"} {
		m.Jobs.Removed(table, 1)
	}
}

func TestTenThousandClientsFit(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	busy(t, m)
	total, by := series(t, registry)
	t.Log(total, by)
	assert.Less(t, total, most, by)
	// The bounds are a safeguard: normal operation does not reach them.
	assert.Negative(t, value(t, registry, "gatehouse_refusals_total", "route", "other"))
	assert.Negative(t, value(t, registry, "gatehouse_http_requests_total", "route", "other"))
	assert.Negative(t, value(t, registry, "gatehouse_rate_limit_decisions_total", "policy", "other"))
}

// Labels from other packages that are open by mistake: memory stays bounded.
func TestOpenLabelsStayWithinTheBound(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	watched(t, m)
	for i := range 5000 {
		word := fmt.Sprint("made-up-", i)
		m.HTTP.Observe(word, "GET", 100+i%500, .01, "")
		m.Refusals.Refused(word, refusal.Code(word), refusal.Check(word))
		m.Tokens.TokenRefused("password", refusal.Code(word))
		m.Tokens.TokenRefused(word, refusal.InvalidGrant)
		m.Limits.Expect(word, word)
		m.Limits.Decided(word, word, i%2 == 0)
		m.Record(t.Context(), event.SignInRefused{Reason: word})
		m.Record(t.Context(), event.TokenIssued{GrantType: word})
	}
	total, by := series(t, registry)
	assert.Less(t, total, most, by)
	assert.Positive(t, value(t, registry, "gatehouse_http_requests_total", "route", "other"))
	assert.InEpsilon(t, 5000, sum(t, registry, "gatehouse_http_requests_total"), 0, "none is lost")
	assert.InEpsilon(t, 5000, sum(t, registry, "gatehouse_refusals_total"), 0)
	assert.InEpsilon(t, 5000, sum(t, registry, "gatehouse_rate_limit_decisions_total"), 0)
}

func sum(t *testing.T, from prometheus.Gatherer, name string) (all float64) {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name {
				all += metric.GetCounter().GetValue()
			}
		}
	}
	return all
}

// A label that identifies a person or a client would make a series for each of them.
func TestNoLabelIdentifiesAnyone(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	busy(t, m)
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, pair := range metric.GetLabel() {
				assert.NotContains(t, []string{"client", "client_id", "user", "user_id", "path", "address", "ip", "kid", "session"}, pair.GetName())
				assert.False(t, strings.HasPrefix(pair.GetValue(), "caller-"), "%s %s", family.GetName(), pair)
			}
		}
	}
}
