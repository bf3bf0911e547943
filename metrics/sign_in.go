package metrics

import "github.com/prometheus/client_golang/prometheus"

// SignIns count sign-ins, successful and refused ones, from events.
type SignIns struct {
	total    *prometheus.CounterVec
	sessions prometheus.Counter
}

const signedIn = "success"

// signInOutcomes are signedIn and the reasons of event.SignInRefused. Each is initialized at the
// start: rate() of a series that starts at 1 is nothing, and an alert would miss the first attack.
func signInOutcomes() []string {
	return []string{signedIn, "wrong_password", "unknown_user", "disabled", "throttled"}
}

func newSignIns(r *registration) *SignIns {
	s := &SignIns{
		total:    r.counters("sign_ins_total", "Sign-in attempts, by outcome.", "outcome"),
		sessions: r.counter("sessions_ended_total", "Sessions ended before they expired."),
	}
	for _, outcome := range signInOutcomes() {
		s.total.WithLabelValues(outcome)
	}
	return s
}

// ended counts a sign-in. A sign-in is slow anyway, so the child is looked up each time.
func (s *SignIns) ended(outcome string) {
	for _, known := range signInOutcomes() {
		if outcome == known {
			s.total.WithLabelValues(known).Inc()
			return
		}
	}
	s.total.WithLabelValues(other).Inc()
}
