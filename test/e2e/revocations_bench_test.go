package e2e_test

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// BenchmarkRevokedToRefused measures how long a revoked token is accepted by the last of a hundred
// APIs that follow one server. Postgres is measured with GATEHOUSE_BENCH_DATABASE_URL, of an empty database.
func BenchmarkRevokedToRefused(b *testing.B) {
	const apis = 100
	database := "sqlite://" + b.TempDir() + "/gatehouse.db"
	if given := os.Getenv("GATEHOUSE_BENCH_DATABASE_URL"); given != "" {
		database = given
	}
	s := start(b, database)
	follower := s.follower("invoices-api")
	batch := s.client("batch", "--grant-type", "client_credentials", "--scope", "invoices:read", "--audience", "invoices-api", "--access-token-format", "jwt")
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"invoices:read"}}
	to, err := url.Parse(s.url)
	require.NoError(b, err)
	var verifiers []*resource.Verifier
	for range apis {
		v, err := resource.New(b.Context(), issuer, resource.Options{
			Audience: []string{"invoices-api"}, HTTPClient: &http.Client{Transport: issuerTransport{to, &http.Transport{}}},
			Revocations:   &resource.Revocations{ClientID: "invoices-api", ClientSecret: follower},
			Introspection: &resource.Introspection{ClientID: "invoices-api", ClientSecret: follower},
		})
		require.NoError(b, err)
		b.Cleanup(v.Close)
		verifiers = append(verifiers, v)
	}
	s.soon(func() bool { return s.series()["gatehouse_revocation_feed_waiting"] == apis }, "all wait")
	var took []time.Duration
	for b.Loop() {
		token := s.token("batch", batch, form)
		for _, v := range verifiers {
			_, err := v.Verify(b.Context(), token)
			require.NoError(b, err)
		}
		require.Equal(b, http.StatusOK, s.post("/oauth/revoke", "batch", batch, url.Values{"token": {token}}).status)
		revoked := time.Now()
		var mu sync.Mutex
		var all sync.WaitGroup
		for _, v := range verifiers {
			all.Go(func() {
				for {
					if _, err := v.Verify(b.Context(), token); err != nil {
						mu.Lock()
						defer mu.Unlock()
						took = append(took, time.Since(revoked))
						return
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		all.Wait()
	}
	slices.Sort(took)
	asked := uint64(0)
	for _, v := range verifiers {
		asked += v.Stats().Introspections
	}
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
	b.ReportMetric(float64(asked), "introspections")
}
