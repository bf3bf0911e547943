package metrics

import "github.com/prometheus/client_golang/prometheus"

// SignIns count people who sign in, or fail to. What it counts it hears by events.
type SignIns struct {
	total    *prometheus.CounterVec
	sessions prometheus.Counter
}

const signedIn = "success"

// signInOutcomes are signedIn and the reasons of event.SignInRefused. Each is there from the
// start: a rate over a series that was just born is nothing, and an alert would miss the
// first attack.
func signInOutcomes() []string {
	return []string{signedIn, "wrong_password", "unknown_user", "disabled", "throttled"}
}

func newSignIns(r *registration) *SignIns {
	s := &SignIns{
		total:    r.counters("sign_ins_total", "Tries to sign in, by how they ended.", "outcome"),
		sessions: r.counter("sessions_ended_total", "Sessions that were ended before their time."),
	}
	for _, outcome := range signInOutcomes() {
		s.total.WithLabelValues(outcome)
	}
	return s
}

// ended counts a sign-in. It takes long enough by itself to look the child up each time.
func (s *SignIns) ended(outcome string) {
	for _, known := range signInOutcomes() {
		if outcome == known {
			s.total.WithLabelValues(known).Inc()
			return
		}
	}
	s.total.WithLabelValues(other).Inc()
}
