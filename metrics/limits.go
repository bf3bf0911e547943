package metrics

import "github.com/prometheus/client_golang/prometheus"

// mostDecisions: policies by sources by two, with room for an operator's own.
const mostDecisions = 80

// Limits count what the rate limits decide.
type Limits struct {
	decisions *children[decision, prometheus.Counter]
}

type decision struct {
	policy, source string
	allowed        bool
}

func newLimits(r *registration) *Limits {
	total := r.counters("rate_limit_decisions_total", "Decisions of the rate limits, by where the count was kept.", "policy", "source", "outcome")
	return &Limits{newChildren(mostDecisions, decision{policy: other, source: other}, func(d decision) prometheus.Counter {
		outcome := "refused"
		if d.allowed {
			outcome = "allowed"
		}
		return total.WithLabelValues(d.policy, d.source, outcome)
	})}
}

// Decided counts a decision. Source says where the count was kept, such as redis or local.
func (l *Limits) Decided(policy, source string, allowed bool) {
	l.decisions.of(decision{policy, source, allowed}).Inc()
}
