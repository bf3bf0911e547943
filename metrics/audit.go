package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Audit shows whether the audit log is sealed, and was verified.
type Audit struct{ registration *registration }

// Watch calls age at each scrape: for how long the oldest record waits to be sealed, zero when none
// does. It gets two seconds, and may fail: the age is then missing from the scrape.
func (a *Audit) Watch(age func(ctx context.Context) (time.Duration, error)) error {
	return a.registration.watch("audit log", &auditCollector{age, prometheus.NewDesc(
		prometheus.BuildFQName(namespace, "", "audit_unsealed_age_seconds"), "Age of the oldest audit record that is not sealed; 0 when all are.", nil, nil)})
}

// WatchVerified calls last at each scrape: when the log was last verified, and whether nothing was wrong. After the zero
// time both are missing from the scrape, and when it fails, too.
func (a *Audit) WatchVerified(last func(ctx context.Context) (time.Time, bool, error)) error {
	return a.registration.watch("results of verifying the audit log", &verifiedCollector{
		last,
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "audit_verified_timestamp_seconds"), "Time of the last verification of the audit log.", nil, nil),
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "audit_intact"), "1 when the last verification of the audit log found nothing wrong.", nil, nil),
	})
}

type verifiedCollector struct {
	last       func(ctx context.Context) (time.Time, bool, error)
	at, intact *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *verifiedCollector) Describe(to chan<- *prometheus.Desc) { to <- c.at; to <- c.intact }

// Collect is part of prometheus.Collector.
func (c *verifiedCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	at, intact, err := c.last(ctx)
	switch {
	case err != nil:
		to <- prometheus.NewInvalidMetric(c.at, fmt.Errorf("read the last verification of the audit log: %w", err))
		return
	case at.IsZero():
		return
	}
	value := 0.0
	if intact {
		value = 1
	}
	to <- prometheus.MustNewConstMetric(c.at, prometheus.GaugeValue, float64(at.UnixMilli())/1000)
	to <- prometheus.MustNewConstMetric(c.intact, prometheus.GaugeValue, value)
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
