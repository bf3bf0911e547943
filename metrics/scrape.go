package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler answers scrapes, in OpenMetrics or protobuf for who asks for them: exemplars
// travel in both, native histograms in protobuf alone. A collector that fails is logged,
// and everything else is shown: a database that is away must not hide that it is.
func Handler(from prometheus.Gatherer, log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(from, promhttp.HandlerOpts{
		ErrorLog:            failures{log},
		ErrorHandling:       promhttp.ContinueOnError,
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: 4,
	})
}

// failures is the log as promhttp wants it.
type failures struct{ log *slog.Logger }

// Println is part of promhttp.Logger.
func (f failures) Println(v ...any) {
	f.log.Warn("metrics are incomplete", slog.String("cause", strings.TrimSpace(fmt.Sprintln(v...))))
}
