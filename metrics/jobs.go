package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Jobs count background work. Jobs and tables are constants in the source. The label is job_name:
// Prometheus itself sets a label job on every series.
type Jobs struct {
	clock   provider.Clock
	runs    *prometheus.CounterVec
	took    *prometheus.HistogramVec
	success *prometheus.GaugeVec
	removed *prometheus.CounterVec
}

func newJobs(r *registration, clock provider.Clock) *Jobs {
	j := &Jobs{
		clock: clock,
		runs:  r.counters("job_runs_total", "Runs of background jobs on this server.", "job_name", "outcome"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_duration_seconds", Help: "Duration of background jobs.",
			Buckets: []float64{.01, .1, 1, 10, 60},
		}, []string{"job_name"}),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "job_last_success_timestamp_seconds", Help: "Time of the last successful run of a background job on this server.",
		}, []string{"job_name"}),
		removed: r.counters("janitor_removed_rows_total", "Expired rows that were removed, and users whose deletion was due.", "table"),
	}
	r.add(j.took, j.success)
	return j
}

// Expect names jobs at the start, so that one that never ran is visible too.
func (j *Jobs) Expect(jobs ...string) {
	for _, job := range jobs {
		j.runs.WithLabelValues(job, "success")
		j.runs.WithLabelValues(job, "failed")
		j.took.WithLabelValues(job)
	}
}

// Ran counts a run that ended, with a nil error when it succeeded.
func (j *Jobs) Ran(job string, seconds float64, err error) {
	j.took.WithLabelValues(job).Observe(seconds)
	if err != nil {
		j.runs.WithLabelValues(job, "failed").Inc()
		return
	}
	j.runs.WithLabelValues(job, "success").Inc()
	j.success.WithLabelValues(job).Set(float64(j.clock().UnixMilli()) / 1000)
}

// Removed counts rows that the janitor removed from a table.
func (j *Jobs) Removed(table string, rows int64) {
	if rows >= 0 { // a driver that cannot count returns -1, and a counter would panic
		j.removed.WithLabelValues(table).Add(float64(rows))
	}
}
