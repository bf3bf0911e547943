package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/event"
)

// SignIns count sign-ins, successful and refused ones, and the passwords that people choose, from
// events.
type SignIns struct {
	total     *prometheus.CounterVec
	methods   *prometheus.CounterVec
	stepUps   *prometheus.CounterVec
	sessions  prometheus.Counter
	passwords *prometheus.CounterVec
}

const signedIn = "success"

// signInOutcomes are signedIn and the reasons of event.SignInRefused. Each is initialized at the
// start: rate() of a series that starts at 1 is nothing, and an alert would miss the first attack.
func signInOutcomes() []string {
	return []string{signedIn, "wrong_password", "unknown_user", "unconfirmed", "disabled", "throttled"}
}

func newSignIns(r *registration) *SignIns {
	s := &SignIns{
		total:    r.counters("sign_ins_total", "Sign-in attempts, by outcome.", "outcome"),
		sessions: r.counter("sessions_ended_total", "Sessions ended before they expired."),
		passwords: r.counters("breached_password_lookups_total",
			"Passwords that were looked up in the list of breached ones, by outcome. unknown: the list could not be asked, and the password was accepted.", "outcome"),
	}
	s.methods = r.counters("sign_ins_by_method_total", "Successful sign-ins, by what was given.", "method")
	for _, method := range []string{methodPassword, methodRemembered, methodCode, methodPasskey} {
		s.methods.WithLabelValues(method)
	}
	s.stepUps = r.counters("step_ups_total", "Factors that signed-in users gave because an application demanded them.", "method")
	for _, method := range []string{methodCode, methodPasskey} {
		s.stepUps.WithLabelValues(method)
	}
	for _, outcome := range lookupOutcomes() {
		s.passwords.WithLabelValues(outcome)
	}
	for _, outcome := range signInOutcomes() {
		s.total.WithLabelValues(outcome)
	}
	return s
}

// lookupOutcomes are those of event.PasswordLookedUp.
func lookupOutcomes() []string {
	return []string{string(event.NotBreached), string(event.Breached), string(event.BreachUnknown)}
}

// lookedUp counts a password.
func (s *SignIns) lookedUp(outcome string) {
	if !slices.Contains(lookupOutcomes(), outcome) {
		outcome = other
	}
	s.passwords.WithLabelValues(outcome).Inc()
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
