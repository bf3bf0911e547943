package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// Webhooks count the requests to receivers of webhooks, and show how the endpoints do. There is no
// label for the endpoint: operators make any number of them.
type Webhooks struct {
	registration *registration
	attempts     *prometheus.CounterVec
}

func newWebhooks(r *registration) *Webhooks {
	w := &Webhooks{r, r.counters("webhook_attempts_total", "Requests to the receivers of webhooks.", "outcome")}
	for _, outcome := range delivery.Outcomes() {
		w.attempts.WithLabelValues(string(outcome))
	}
	return w
}

// Attempted counts an attempt to deliver an event.
func (w *Webhooks) Attempted(outcome delivery.Outcome) {
	w.attempts.WithLabelValues(string(outcome)).Inc()
}

// Watch calls standings at each scrape. It gets two seconds, and may fail: what it tells is then
// missing from the scrape.
func (w *Webhooks) Watch(clock provider.Clock, standings func(ctx context.Context) ([]webhook.Standing, error)) error {
	return w.registration.watch("webhooks", &webhookCollector{
		clock, standings,
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "webhook_endpoints"), "Endpoints of webhooks by state.", []string{"state"}, nil),
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "webhook_due_age_seconds"), "Age of the oldest event that is due and that nobody has begun to send; 0 when there is none.", nil, nil),
	})
}

type webhookCollector struct {
	clock          provider.Clock
	standings      func(ctx context.Context) ([]webhook.Standing, error)
	endpoints, due *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *webhookCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.endpoints
	to <- c.due
}

// Collect is part of prometheus.Collector.
func (c *webhookCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	standings, err := c.standings(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.due, fmt.Errorf("read the webhooks: %w", err))
		return
	}
	count := map[string]float64{"healthy": 0, "failing": 0, "disabled": 0}
	var oldest time.Duration
	for _, s := range standings {
		switch {
		case s.Disabled:
			count["disabled"]++
			continue // nothing is sent
		case s.FailingSince != nil:
			count["failing"]++
		default:
			count["healthy"]++
		}
		if s.DueSince != nil {
			oldest = max(oldest, c.clock().Sub(*s.DueSince))
		}
	}
	for state, n := range count {
		to <- prometheus.MustNewConstMetric(c.endpoints, prometheus.GaugeValue, n, state)
	}
	to <- prometheus.MustNewConstMetric(c.due, prometheus.GaugeValue, oldest.Seconds())
}
