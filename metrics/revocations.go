package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// Revocations count what the revocation feed tells resource servers.
type Revocations struct {
	registration *registration
	events       *prometheus.CounterVec
	waiting      prometheus.Gauge
}

func newRevocations(r *registration) *Revocations {
	v := &Revocations{
		r, r.counters("revocation_feed_events_total", "Revocations that this process read from the feed.", "kind"),
		prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "revocation_feed_waiting", Help: "Resource servers that wait for revocations."}),
	}
	r.add(v.waiting)
	for _, kind := range []revocation.Kind{revocation.Token, revocation.Grant, revocation.Client, revocation.User} {
		v.events.WithLabelValues(string(kind))
	}
	return v
}

// Published counts a revocation.
func (v *Revocations) Published(kind revocation.Kind) { v.events.WithLabelValues(string(kind)).Inc() }

// Waiting shows how many resource servers wait.
func (v *Revocations) Waiting(readers int) { v.waiting.Set(float64(readers)) }

// Watch calls age at each scrape, for since when the process cannot say what was revoked.
func (v *Revocations) Watch(age func() time.Duration) error {
	return v.registration.watch("revocations", prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: namespace, Name: "revocation_feed_age_seconds", Help: "Time since this process could last say what was revoked."},
		func() float64 { return age().Seconds() },
	))
}
