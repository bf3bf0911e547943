package resource_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

type nothing struct{ header http.Header }

func (n nothing) Header() http.Header         { return n.header }
func (n nothing) Write(b []byte) (int, error) { return len(b), nil }
func (n nothing) WriteHeader(int)             {}

func passing(t testing.TB, opaque bool) (http.Handler, *http.Request) {
	t.Helper()
	issuer := resourcetest.NewIssuer(t)
	v, err := resource.New(t.Context(), issuer.URL, resource.Options{
		Audience: []string{issuer.Audience}, Introspection: &resource.Introspection{ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret, CacheFor: 1e12},
	})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/invoices", nil)
	token := issuer.Token(resourcetest.Claims{"scope": "invoices:read invoices:write"})
	if opaque {
		token = issuer.Opaque(resourcetest.Claims{"scope": "invoices:read invoices:write"})
	}
	r.Header.Set("Authorization", "Bearer "+token)
	handler := v.Require("invoices:read")(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if p, ok := resource.FromContext(r.Context()); !ok || !p.Can("invoices:read") {
			panic("no principal")
		}
	}))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	return handler, r
}

func TestCachedTokensTakeFewAllocations(t *testing.T) { // not parallel: it counts those of the process
	for _, opaque := range []bool{false, true} {
		handler, r := passing(t, opaque)
		w := nothing{http.Header{}}
		assert.LessOrEqual(t, testing.AllocsPerRun(1000, func() { handler.ServeHTTP(w, r) }), 5.0)
	}
}

func BenchmarkCachedToken(b *testing.B) {
	for name, opaque := range map[string]bool{"jwt": false, "opaque": true} {
		b.Run(name, func(b *testing.B) {
			handler, r := passing(b, opaque)
			w := nothing{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkCachedTokenInParallel(b *testing.B) {
	handler, r := passing(b, false)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w := nothing{http.Header{}}
		for pb.Next() {
			handler.ServeHTTP(w, r)
		}
	})
}

// BenchmarkNewToken verifies a JWT by ES256 that was not seen before.
func BenchmarkNewToken(b *testing.B) {
	issuer := resourcetest.NewIssuer(b)
	v, err := resource.New(b.Context(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}, CacheSize: 1})
	require.NoError(b, err)
	require.NoError(b, v.Ready(b.Context()))
	tokens := make([]string, 512)
	for n := range tokens {
		tokens[n] = issuer.Token(resourcetest.Claims{"scope": "invoices:read"})
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, err := v.Verify(b.Context(), tokens[n%len(tokens)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if hits := v.Stats().CacheHits; hits > 0 {
		b.Fatalf("%d tokens were cached", hits)
	}
}
