package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// ReadyCheck checks one dependency of the server.
type ReadyCheck struct {
	// Name is shown in the response.
	Name string
	// Check fails while the dependency is unavailable. Its error is logged, not shown.
	Check func(context.Context) error
}

// readyTimeout bounds all checks together: a probe that hangs looks like a dead process.
const readyTimeout = 2 * time.Second

// NewOps serves probes, metrics and profiles to the operator. It has a listener of its own and is
// never reachable through the public one.
func NewOps(log *slog.Logger, metrics http.Handler, checks ...ReadyCheck) http.Handler {
	ops := http.NewServeMux()
	ops.Handle("GET /metrics", metrics)
	ops.HandleFunc("GET /healthz/live", func(w http.ResponseWriter, _ *http.Request) {
		_ = wire.WriteJSON(w, http.StatusOK, health{Status: "live"})
	})
	ops.HandleFunc("GET /healthz/ready", ready(log, checks))
	ops.HandleFunc("GET /debug/pprof/", pprof.Index)
	ops.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	ops.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	ops.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	ops.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	ops.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol) // go tool pprof posts a list of addresses
	return ops
}

type health struct {
	Status  string   `json:"status"`
	Failing []string `json:"failing,omitempty"`
}

func ready(log *slog.Logger, checks []ReadyCheck) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		var failing []string
		for _, check := range checks {
			if err := check.Check(ctx); err != nil {
				failing = append(failing, check.Name)
				log.WarnContext(ctx, "not ready", slog.String("check", check.Name), slog.Any("cause", err))
			}
		}
		if len(failing) > 0 {
			_ = wire.WriteJSON(w, http.StatusServiceUnavailable, health{Status: "not ready", Failing: failing})
			return
		}
		_ = wire.WriteJSON(w, http.StatusOK, health{Status: "ready"})
	}
}

// NewOpsServer makes the operator's server. Its write timeout is long, for CPU profiles.
func NewOpsServer(handler http.Handler, log *slog.Logger) *http.Server {
	server := NewHTTPServer(handler, log)
	server.WriteTimeout = 5 * time.Minute
	return server
}
