package metrics

import "github.com/prometheus/client_golang/prometheus"

// mostDeciders: policies by sources, with room for more of both.
const mostDeciders = 40

// Limits count what the rate limits decide.
type Limits struct {
	deciders *children[decider, decisions]
}

type decider struct{ policy, source string }

// decisions are there both as soon as one is: a rate over a series that was just born is
// nothing, and the first refusals would not show.
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

// Expect names a policy, and where its count may be kept, at the start: a limit that never
// decided is to be seen too.
func (l *Limits) Expect(policy, source string) { l.deciders.of(decider{policy, source}) }

// Decided counts a decision. Source says where the count was kept, such as redis or memory.
func (l *Limits) Decided(policy, source string, allowed bool) {
	d := l.deciders.of(decider{policy, source})
	if allowed {
		d.allowed.Inc()
		return
	}
	d.refused.Inc()
}
