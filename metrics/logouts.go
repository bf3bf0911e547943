package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

// Logouts count the requests that tell clients of the end of sessions, and show whether they are made in
// time. There is no label for the client: there are any number of them.
type Logouts struct {
	registration *registration
	attempts     *prometheus.CounterVec
	leftOut      prometheus.Counter
}

func newLogouts(r *registration) *Logouts {
	l := &Logouts{
		r, r.counters("logout_attempts_total", "Requests that tell clients of the end of a session.", "outcome"),
		r.counter("logout_frames_left_out_total", "Frames that would have told clients of the end of a session, and that a page had no room for."),
	}
	for _, outcome := range delivery.Outcomes() {
		l.attempts.WithLabelValues(string(outcome))
	}
	return l
}

// Attempted counts an attempt to tell a client.
func (l *Logouts) Attempted(outcome delivery.Outcome) {
	l.attempts.WithLabelValues(string(outcome)).Inc()
}

// LeftOut counts frames that a page had no room for.
func (l *Logouts) LeftOut(frames int) { l.leftOut.Add(float64(frames)) }

// Watch calls due at each scrape, for when the oldest delivery became due that nobody has begun to send; nil: there
// is none. It gets two seconds, and may fail: what it tells is then missing from the scrape.
func (l *Logouts) Watch(clock provider.Clock, due func(ctx context.Context) (*time.Time, error)) error {
	return l.registration.watch("logouts", &logoutCollector{
		clock, due,
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "logout_due_age_seconds"), "Age of the oldest end of a session that a client is due to be told of and that nobody has begun to send; 0 when there is none.", nil, nil),
	})
}

type logoutCollector struct {
	clock provider.Clock
	due   func(ctx context.Context) (*time.Time, error)
	age   *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *logoutCollector) Describe(to chan<- *prometheus.Desc) { to <- c.age }

// Collect is part of prometheus.Collector.
func (c *logoutCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	due, err := c.due(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.age, fmt.Errorf("read the logouts: %w", err))
		return
	}
	age := 0.0
	if due != nil {
		age = max(c.clock().Sub(*due).Seconds(), 0)
	}
	to <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, age)
}
