package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler serves scrapes, in OpenMetrics or protobuf on request: both carry exemplars, and only
// protobuf native histograms. A collector that fails is logged, and everything else is shown: an
// unavailable database must not hide the metrics that tell about it.
func Handler(from prometheus.Gatherer, log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(from, promhttp.HandlerOpts{
		ErrorLog:            failures{log},
		ErrorHandling:       promhttp.ContinueOnError,
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: 4,
	})
}

// failures is the log in the form that promhttp needs.
type failures struct{ log *slog.Logger }

// Println is part of promhttp.Logger.
func (f failures) Println(v ...any) {
	f.log.Warn("metrics are incomplete", slog.String("cause", strings.TrimSpace(fmt.Sprintln(v...))))
}
