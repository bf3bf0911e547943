package metrics

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// registerBuild adds the metrics of the process as a whole.
func registerBuild(r *registration, o Options) {
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version as labels.",
	}, []string{"version", "revision", "go_version"})
	revision := o.Revision
	if revision == "" {
		revision = stampedRevision()
	}
	info.WithLabelValues(o.Version, revision, runtime.Version()).Set(1)
	// Tokens depend on the clock. Comparing this with the time of the scrape shows whether
	// the clock of this machine is right.
	now := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "clock_seconds", Help: "Time by the clock of this server.",
	}, func() float64 { return float64(o.Clock().UnixMilli()) / 1000 })
	r.add(info, now,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// stampedRevision is the commit that Go recorded in the binary.
func stampedRevision() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, s := range build.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
