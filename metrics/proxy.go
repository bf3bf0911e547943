package metrics

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// Proxy are the metrics of a process that protects an API, instead of those of a provider.
type Proxy struct {
	// HTTP has the prefixes of the settings as routes.
	HTTP *HTTP
}

// NewProxy makes the metrics and registers them, with what the verifier counts. It fails when one of
// their names is registered already.
func NewProxy(to prometheus.Registerer, o Options, stats func() resource.Stats) (*Proxy, error) {
	r := &registration{to: to}
	p := &Proxy{HTTP: newHTTP(r)}
	registerBuild(r, o)
	r.add(newVerifierCollector(stats))
	if r.err != nil {
		return nil, fmt.Errorf("metrics: %w", r.err)
	}
	return p, nil
}

// verifierCollector shows the counts of provider/resource.
type verifierCollector struct {
	stats                                           func() resource.Stats
	verified, refused, introspections, fetches, age *prometheus.Desc
}

func newVerifierCollector(stats func() resource.Stats) *verifierCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "proxy", name), help, labels, nil)
	}
	return &verifierCollector{
		stats,
		desc("tokens_verified_total", "Access tokens that were accepted, by how they are checked.", "by"),
		desc("requests_refused_total", "Requests that were refused for their access token.", "reason"),
		desc("introspections_total", "Questions to the provider about tokens.", "outcome"),
		desc("key_fetches_total", "Fetches of the keys of the provider.", "outcome"),
		desc("keys_fresh_seconds", "How long until the keys are fetched again; negative when that fails."),
	}
}

// Describe is part of prometheus.Collector.
func (c *verifierCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.verified, c.refused, c.introspections, c.fetches, c.age} {
		to <- d
	}
}

// Collect is part of prometheus.Collector.
func (c *verifierCollector) Collect(to chan<- prometheus.Metric) {
	s := c.stats()
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	count(c.verified, s.VerifiedJWT, "signature")
	count(c.verified, s.VerifiedIntrospected, "introspection")
	for reason, n := range s.Refused {
		count(c.refused, n, reason)
	}
	count(c.introspections, s.Introspections-min(s.Introspections, s.IntrospectionFailures), "answered")
	count(c.introspections, s.IntrospectionFailures, "failed")
	count(c.fetches, s.KeyFetches-min(s.KeyFetches, s.KeyFetchFailures), "succeeded")
	count(c.fetches, s.KeyFetchFailures, "failed")
	to <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, s.KeysFreshFor.Seconds())
}
