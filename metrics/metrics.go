package metrics

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider"
)

const namespace = "gatehouse"

// Options are the settings known at the start.
type Options struct {
	// Version is that of the program; Revision is the commit, or empty for the one that Go
	// recorded in the binary.
	Version, Revision string
	Clock             provider.Clock
}

// Metrics are all metrics of a process.
type Metrics struct {
	HTTP     *HTTP
	Refusals *Refusals
	Tokens   *Tokens
	SignIns  *SignIns
	Factors  *Factors
	Limits   *Limits
	Redis    *Redis
	SQL      *SQL
	Caches   *Caches
	Jobs     *Jobs
	Keys     *Keys
	Audit    *Audit
	Webhooks *Webhooks
	Logouts  *Logouts
	Messages *Messages
	Ready    *Ready

	Revocations *Revocations
	// Registrations are of clients.
	Registrations *Registrations
}

// New makes the metrics and registers them. It fails when one of their names is registered
// already.
func New(to prometheus.Registerer, o Options) (*Metrics, error) {
	if o.Clock == nil {
		return nil, errors.New("metrics: a clock is needed")
	}
	r := &registration{to: to}
	m := &Metrics{
		HTTP:     newHTTP(r),
		Refusals: newRefusals(r),
		Tokens:   newTokens(r),
		SignIns:  newSignIns(r),
		Factors:  newFactors(r),
		Limits:   newLimits(r),
		Redis:    newRedis(r),
		SQL:      newSQL(r),
		Caches:   newCaches(r),
		Jobs:     newJobs(r, o.Clock),
		Keys:     newKeys(r),
		Audit:    &Audit{r},
		Webhooks: newWebhooks(r),
		Logouts:  newLogouts(r),
		Messages: newMessages(r),
		Ready:    &Ready{r},

		Revocations: newRevocations(r),

		Registrations: newRegistrations(r),
	}
	registerBuild(r, o)
	if r.err != nil {
		return nil, fmt.Errorf("metrics: %w", r.err)
	}
	return m, nil
}

// registration collects errors, so that the constructors read as lists.
type registration struct {
	to  prometheus.Registerer
	err error
}

func (r *registration) add(list ...prometheus.Collector) {
	for _, c := range list {
		r.err = errors.Join(r.err, r.to.Register(c))
	}
}

// watch registers a collector whose source is created after the metrics.
func (r *registration) watch(what string, list ...prometheus.Collector) error {
	for _, c := range list {
		if err := r.to.Register(c); err != nil {
			return fmt.Errorf("metrics: %s: %w", what, err)
		}
	}
	return nil
}

func (r *registration) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	r.add(c)
	return c
}

func (r *registration) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.add(c)
	return c
}
