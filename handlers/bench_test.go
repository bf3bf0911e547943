package handlers_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// discard is a response writer without cost, so that the benchmark measures the frame and not the
// recorder.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header          { return d.header }
func (*discard) Write(body []byte) (int, error) { return len(body), nil }
func (*discard) WriteHeader(int)                {}

// BenchmarkFrame measures what the frame adds to an endpoint that does nothing, with the log line.
// The budget of discovery is 10 µs above plain net/http, that of introspection 15.
func BenchmarkFrame(b *testing.B) {
	nothing := fails(nil)
	f := newFrame(b, func(c *handlers.Config) {
		c.Routes = routes("/oauth", func(string) route.HandlerFunc { return nothing })
		c.Clock = time.Now
		c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	})
	for _, request := range []struct{ name, method, path string }{
		{"discovery", "GET", "/.well-known/openid-configuration"},
		{"jwks", "GET", "/oauth/jwks"},
		{"introspect", "POST", "/oauth/introspect"},
		{"token", "POST", "/oauth/token"},
		{"token-alias", "POST", "/api/v1/oauth/tokens"},
		{"unmatched", "GET", "/nothing"},
	} {
		b.Run(request.name, func(b *testing.B) {
			b.ReportAllocs()
			w := &discard{header: http.Header{}}
			for b.Loop() {
				clear(w.header)
				r := httptest.NewRequest(request.method, request.path, strings.NewReader("token=x"))
				f.ServeHTTP(w, r)
			}
		})
	}
	b.Run("building the request", func(b *testing.B) { // to subtract
		b.ReportAllocs()
		for b.Loop() {
			httptest.NewRequest(http.MethodPost, "/oauth/introspect", strings.NewReader("token=x"))
		}
	})
}
