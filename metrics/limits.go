package metrics

import "github.com/prometheus/client_golang/prometheus"

// mostDeciders bounds the policies times the sources, with a margin.
const mostDeciders = 64

// Limits count what the rate limits decide.
type Limits struct {
	deciders *children[decider, decisions]
}

type decider struct{ policy, source string }

// decisions has both counters as soon as one is needed: rate() of a series that starts at 1 is
// nothing, and the first refusals would be invisible.
type decisions struct{ allowed, refused prometheus.Counter }

func newLimits(r *registration) *Limits {
	total := r.counters("rate_limit_decisions_total", "Decisions of the rate limits, by where the count was kept.", "policy", "source", "outcome")
	return &Limits{newChildren(mostDeciders, decider{other, other}, func(d decider) decisions {
		return decisions{
			allowed: total.WithLabelValues(d.policy, d.source, "allowed"),
			refused: total.WithLabelValues(d.policy, d.source, "refused"),
		}
	})}
}

// Expect names a policy and a source at the start, so that a limit that never decided is visible
// too.
func (l *Limits) Expect(policy, source string) { l.deciders.of(decider{policy, source}) }

// Decided counts a decision. Source is where the count was kept, such as redis or memory.
func (l *Limits) Decided(policy, source string, allowed bool) {
	d := l.deciders.of(decider{policy, source})
	if allowed {
		d.allowed.Inc()
		return
	}
	d.refused.Inc()
}
