package handlers

import (
	"log/slog"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
)

// observe writes the canonical line of each request when it is done, however it ends.
func observe(log *slog.Logger, clock provider.Clock, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := clock()
		x := &exchange{ResponseWriter: w}
		x.line.Method, x.line.Route = knownMethod(r.Method), unmatched
		ctx := canonical.With(r.Context(), &x.line)
		defer func() { x.line.Write(ctx, log, clock().Sub(started)) }()
		next.ServeHTTP(x, r.WithContext(ctx))
		if x.line.Status == 0 { // net/http sends 200 when nothing was written
			x.line.Status = http.StatusOK
		}
	})
}

// exchange is the response writer of a request together with its line, which it tells
// what was written.
type exchange struct {
	http.ResponseWriter
	line canonical.Line
}

// WriteHeader notes the status. Informational ones (1xx) come before it.
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

// knownMethod keeps words that a caller made up out of logs and metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	default:
		return "OTHER"
	}
}
