package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
)

// observer logs, counts and traces requests.
type observer struct {
	log    *slog.Logger
	clock  provider.Clock
	meter  meter
	tracer tracer
	// quietAssets: requests for assets are logged at level debug.
	quietAssets bool
}

// around writes the canonical line of each request when it has ended, in whatever way, and counts and
// traces the request by it.
func (o observer) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := o.clock()
		x := &exchange{ResponseWriter: w}
		x.line.Method, x.line.Route, x.line.UserAgent = knownMethod(r.Method), unmatched, r.UserAgent()
		ctx, traced := o.tracer.begin(r.Context(), r, &x.line)
		ctx = canonical.With(ctx, &x.line)
		o.meter.began()
		defer func() { o.done(ctx, x, started, traced) }()
		next.ServeHTTP(x, r.WithContext(ctx))
		if x.later != nil {
			x.later.finish(ctx, x)
		}
		if x.line.Status == 0 { // net/http sends 200 when nothing was written
			x.line.Status = http.StatusOK
		}
	})
}

func (o observer) done(ctx context.Context, x *exchange, started time.Time, traced span) {
	now := o.clock()
	took := now.Sub(started)
	if o.quietAssets && x.line.Route == pages.AssetRoute && x.line.Status < http.StatusBadRequest {
		x.line.Level = slog.LevelDebug
	}
	x.line.Write(ctx, o.log, now, took)
	o.meter.done(&x.line, took)
	if x.later == nil { // else it took as long as there was nothing to answer
		o.meter.figure(&x.line, took)
	}
	traced.end(&x.line)
}

// exchange is the response writer of a request. It records in the line what was written.
type exchange struct {
	http.ResponseWriter
	line canonical.Line
	// later is what answers, unless the endpoint did.
	later *postponed
}

// WriteHeader records the status. Informational ones (1xx) come before it.
func (x *exchange) WriteHeader(status int) {
	if x.line.Status == 0 && status >= http.StatusOK {
		x.line.Status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (x *exchange) Write(body []byte) (int, error) {
	if x.line.Status == 0 {
		x.line.Status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(body)
	if x.line.Method != http.MethodHead {
		x.line.Bytes += int64(n)
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// knownMethod keeps made-up methods out of logs and metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	default:
		return "OTHER"
	}
}
