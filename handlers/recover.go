package handlers

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// errPanic: the endpoint panicked.
var errPanic = errors.New("panic")

// recovered turns a panic into an error, so that the client gets a response and keeps the
// connection. When a part of the response was sent already, the connection is closed: otherwise the
// partial response would look complete.
func recovered(log *slog.Logger, next route.HandlerFunc) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if cause, ok := reason.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler) // net/http closes the connection without a log line
			}
			line := canonical.From(r.Context())
			log.ErrorContext(r.Context(), "panic",
				slog.String("request_id", line.RequestID), slog.String("route", line.Route),
				slog.String("reason", fmt.Sprint(reason)), slog.String("stack", string(debug.Stack())))
			if line.Status != 0 {
				panic(http.ErrAbortHandler)
			}
			err = fmt.Errorf("%w: %v", errPanic, reason)
		}()
		return next(w, r)
	}
}
