package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Registrations count clients that registered themselves.
type Registrations struct {
	anonymous, withToken prometheus.Counter
	documents            *prometheus.CounterVec
}

func newRegistrations(r *registration) *Registrations {
	total := r.counters("client_registrations_total", "Clients that registered themselves, by whether an initial access token let them.", "initial_token")
	documents := r.counters("client_documents_total", "Metadata documents of clients that were read, by what came of it.", "outcome")
	for _, outcome := range event.DocumentOutcomes() {
		documents.WithLabelValues(string(outcome))
	}
	return &Registrations{total.WithLabelValues("false"), total.WithLabelValues("true"), documents}
}

func (v *Registrations) registered(anonymous bool) {
	if anonymous {
		v.anonymous.Inc()
		return
	}
	v.withToken.Inc()
}
