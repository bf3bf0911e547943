package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostRefusals allows about four for each check: few checks can refuse on every route.
const mostRefusals = 450

// Refusals count refused requests.
type Refusals struct {
	total *children[refused, prometheus.Counter]
}

type refused struct {
	route string
	code  refusal.Code
	check refusal.Check
}

func newRefusals(r *registration) *Refusals {
	total := r.counters("refusals_total", "Requests that were refused, and failures of the server's own.", "route", "error", "check")
	return &Refusals{newChildren(mostRefusals, refused{other, other, other}, func(k refused) prometheus.Counter {
		return total.WithLabelValues(k.route, string(k.code), string(k.check))
	})}
}

// Refused counts a refusal. Route is a template of the route table or "unmatched".
func (r *Refusals) Refused(route string, code refusal.Code, check refusal.Check) {
	r.total.of(refused{route, code, check}).Inc()
}
