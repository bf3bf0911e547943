package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// Factors count the second factors that are set up and removed, and the refused attempts to prove one, from
// events.
type Factors struct{ changes, refused *prometheus.CounterVec }

// changedKinds and refusedKinds are the kinds of event.FactorAdded and event.FactorRefused.
func changedKinds() []string { return []string{"totp", "passkey", "hardware_key", "mail"} }
func refusedKinds() []string { return []string{"totp", "passkey", "mail", "recovery_code"} }

// refusedReasons are those of event.FactorRefused, by the kind.
func refusedReasons(kind string) (reasons []string) {
	if kind != "passkey" {
		return []string{"wrong_code", "throttled"}
	}
	for _, why := range passkey.ProofReasons() {
		reasons = append(reasons, string(why))
	}
	return reasons
}

func newFactors(r *registration) *Factors {
	f := &Factors{
		changes: r.counters("factor_changes_total", "Second factors that were set up and removed, by kind.", "kind", "change"),
		refused: r.counters("factor_refusals_total", "Refused attempts to prove a second factor, by kind and reason.", "kind", "reason"),
	}
	for _, kind := range changedKinds() {
		for _, change := range []string{"added", "removed"} {
			f.changes.WithLabelValues(kind, change)
		}
	}
	for _, kind := range refusedKinds() {
		for _, reason := range refusedReasons(kind) {
			f.refused.WithLabelValues(kind, reason)
		}
	}
	return f
}

func (f *Factors) changed(kind, change string) {
	f.changes.WithLabelValues(among(changedKinds(), kind), change).Inc()
}

func (f *Factors) refuse(kind, reason string) {
	f.refused.WithLabelValues(among(refusedKinds(), kind), among(refusedReasons(kind), reason)).Inc()
}

// among is a value of a closed set, or the label of all others.
func among(known []string, value string) string {
	if slices.Contains(known, value) {
		return value
	}
	return other
}
