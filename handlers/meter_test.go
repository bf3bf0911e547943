package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

func TestRequestsAreCountedByTheirLines(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := metrics.New(registry, metrics.Options{Clock: time.Now})
	require.NoError(t, err)
	f := newFrame(t, func(c *handlers.Config) {
		c.Metrics = m
		serveAt(c, "token", func(_ http.ResponseWriter, r *http.Request) error {
			canonical.From(r.Context()).GrantType("refresh_token")
			return refusal.New(refusal.InvalidGrant, refusal.CheckRefreshToken, "No.")
		})
		serveAt(c, "introspect", func(w http.ResponseWriter, r *http.Request) error {
			canonical.From(r.Context()).Outcome("active")
			return says("{}")(w, r)
		})
		serveAt(c, "revoke", func(_ http.ResponseWriter, r *http.Request) error { return r.Context().Err() })
	})
	f.do("POST", "/token", "")
	f.do("POST", "/oauth/introspect", "")
	f.do("GET", "/a/path/of/a/callers/own", "")
	f.do("BREW", "/oauth/jwks", "")
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	f.serve(httptest.NewRequestWithContext(gone, http.MethodPost, "/oauth/revoke", http.NoBody))

	assert.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_http_requests_total Completed requests.
# TYPE gatehouse_http_requests_total counter
gatehouse_http_requests_total{method="GET",route="unmatched",status="404"} 1
gatehouse_http_requests_total{method="POST",route="/oauth/introspect",status="200"} 1
gatehouse_http_requests_total{method="POST",route="/oauth/revoke",status="499"} 1
gatehouse_http_requests_total{method="POST",route="/oauth/token",status="400"} 1
gatehouse_http_requests_total{method="other",route="/oauth/jwks",status="405"} 1
# HELP gatehouse_token_refusals_total Token requests that were refused, by the grant type that they asked for.
# TYPE gatehouse_token_refusals_total counter
gatehouse_token_refusals_total{error="invalid_grant",grant_type="refresh_token"} 1
# HELP gatehouse_introspections_total Introspection responses.
# TYPE gatehouse_introspections_total counter
gatehouse_introspections_total{active="false"} 0
gatehouse_introspections_total{active="true"} 1
# HELP gatehouse_http_requests_in_flight Requests in progress.
# TYPE gatehouse_http_requests_in_flight gauge
gatehouse_http_requests_in_flight 0
`), "gatehouse_http_requests_total", "gatehouse_token_refusals_total", "gatehouse_introspections_total", "gatehouse_http_requests_in_flight"))
}

// The console has more pages than there is room for histograms.
func TestPagesOfTheConsoleAreCountedAsOne(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := metrics.New(registry, metrics.Options{Clock: time.Now})
	require.NoError(t, err)
	f := newFrame(t, func(c *handlers.Config) {
		c.Metrics = m
		for _, path := range []string{"/admin/users", "/admin/users/{user_id}", "/administer"} {
			c.Routes = append(c.Routes, route.Route{Name: path, Methods: []string{http.MethodGet}, Path: path, Protection: route.Page, Handler: says("page")})
		}
	})
	for _, path := range []string{"/admin/users", "/admin/users/1", "/administer"} {
		f.do("GET", path, "")
	}
	assert.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_http_requests_total Completed requests.
# TYPE gatehouse_http_requests_total counter
gatehouse_http_requests_total{method="GET",route="/admin",status="200"} 2
gatehouse_http_requests_total{method="GET",route="/administer",status="200"} 1
`), "gatehouse_http_requests_total"))
}

// kept has what a counter stores of clients.
type kept struct{ ofClients []statistics.ClientFigure }

func (k *kept) AddFigures(_ context.Context, _ []statistics.Figure, ofClients []statistics.ClientFigure) error {
	k.ofClients = append(k.ofClients, ofClients...)
	return nil
}

// A refusal counts for the client of the request where that is registered, and for none where it is only named.
func TestRefusalsAreCountedForTheirClients(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	counter := statistics.NewCounter(func() time.Time { return now })
	f := newFrame(t, func(c *handlers.Config) {
		c.Figures = counter
		serveAt(c, "token", func(http.ResponseWriter, *http.Request) error {
			return refusal.New(refusal.InvalidScope, refusal.CheckScope, "No.").For("shop")
		})
		serveAt(c, "introspect", func(http.ResponseWriter, *http.Request) error {
			return refusal.New(refusal.InvalidClient, refusal.CheckClientUnknown, "No.").Compare(refusal.FieldClientID, "", "made-up")
		})
	})
	f.do("POST", "/token", "")
	f.do("POST", "/oauth/introspect", "")
	k := &kept{}
	require.NoError(t, counter.Flush(t.Context(), k))
	assert.Equal(t, []statistics.ClientFigure{
		{ClientID: "shop", Figure: statistics.Figure{Hour: statistics.HourOf(now), Series: statistics.Refusals, Label: "scope", Count: 1}},
	}, k.ofClients)
}
