package metrics

import "github.com/prometheus/client_golang/prometheus"

// Registrations count clients that registered themselves.
type Registrations struct{ anonymous, withToken prometheus.Counter }

func newRegistrations(r *registration) *Registrations {
	total := r.counters("client_registrations_total", "Clients that registered themselves, by whether an initial access token let them.", "initial_token")
	return &Registrations{total.WithLabelValues("false"), total.WithLabelValues("true")}
}

func (v *Registrations) registered(anonymous bool) {
	if anonymous {
		v.anonymous.Inc()
		return
	}
	v.withToken.Inc()
}
