package metrics

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// registerBuild adds what is true of the process as a whole.
func registerBuild(r *registration, o Options) {
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version as labels.",
	}, []string{"version", "revision", "go_version"})
	revision := o.Revision
	if revision == "" {
		revision = stampedRevision()
	}
	info.WithLabelValues(o.Version, revision, runtime.Version()).Set(1)
	// Tokens live and die by the clock. Compared with the time of the scrape it shows
	// whether this machine's is right.
	now := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "clock_seconds", Help: "What time it is for this server.",
	}, func() float64 { return float64(o.Clock().UnixMilli()) / 1000 })
	r.add(info, now,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// stampedRevision is the commit that Go found the source at when it built the program.
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
