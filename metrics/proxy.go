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
	followed, known, asOf, feed, without            *prometheus.Desc
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
		desc("revocations_followed", "1 while it is known what the provider revoked, 0 while it is not."),
		desc("revocations_known", "How many revocations are remembered."),
		desc("revocations_age_seconds", "How old the knowledge of what was revoked is; absent before there is any."),
		desc("revocation_requests_total", "Requests for what was revoked.", "outcome"),
		desc("tokens_without_revocations_total", "Access tokens that were checked while it was not known what was revoked."),
	}
}

// Describe is part of prometheus.Collector.
func (c *verifierCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.verified, c.refused, c.introspections, c.fetches, c.age, c.followed, c.known, c.asOf, c.feed, c.without,
	} {
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
	gauge := func(d *prometheus.Desc, value float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	gauge(c.age, s.KeysFreshFor.Seconds())
	if s.RevocationFeed == "" {
		return // they are not followed
	}
	followed := 0.0
	if s.RevocationFeed == "followed" {
		followed = 1
	}
	gauge(c.followed, followed)
	gauge(c.known, float64(s.RevocationsKnown))
	if s.RevocationFeed != "starting" {
		gauge(c.asOf, s.RevocationAge.Seconds())
	}
	count(c.feed, s.RevocationRequests-min(s.RevocationRequests, s.RevocationFailures), "answered")
	count(c.feed, s.RevocationFailures, "failed")
	count(c.without, s.WithoutFeed)
}
