package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Audit shows whether the audit log is sealed.
type Audit struct{ registration *registration }

// Watch calls age at each scrape: for how long the oldest record waits to be sealed, zero when none
// does. It gets two seconds, and may fail: the age is then missing from the scrape.
func (a *Audit) Watch(age func(ctx context.Context) (time.Duration, error)) error {
	return a.registration.watch("audit log", &auditCollector{age, prometheus.NewDesc(
		prometheus.BuildFQName(namespace, "", "audit_unsealed_age_seconds"), "Age of the oldest audit record that is not sealed; 0 when all are.", nil, nil)})
}

type auditCollector struct {
	age  func(ctx context.Context) (time.Duration, error)
	desc *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *auditCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect is part of prometheus.Collector.
func (c *auditCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	age, err := c.age(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.desc, fmt.Errorf("read the audit log: %w", err))
		return
	}
	to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, max(age.Seconds(), 0))
}
