package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// Messages count what becomes of messages to people, and show how long they wait.
type Messages struct {
	registration *registration
	attempts     *prometheus.CounterVec
	refused      *prometheus.CounterVec
}

func newMessages(r *registration) *Messages {
	m := &Messages{
		r,
		r.counters("messages_total", "Attempts to send messages to people.", "channel", "kind", "outcome"),
		r.counters("messages_refused_total", "Messages to people that were refused because there were too many, by the bound.", "channel", "bound"),
	}
	for _, channel := range notify.Channels() {
		for _, bound := range notify.Scopes() {
			if bound != notify.OfSMS || channel == notify.SMS {
				m.refused.WithLabelValues(string(channel), string(bound))
			}
		}
		for _, kind := range notify.Kinds() {
			for _, outcome := range notify.Outcomes() {
				m.attempts.WithLabelValues(string(channel), string(kind), string(outcome))
			}
		}
	}
	return m
}

// Attempted counts an attempt to send a message.
func (m *Messages) Attempted(channel notify.Channel, kind notify.Kind, outcome notify.Outcome) {
	m.attempts.WithLabelValues(string(channel), string(kind), string(outcome)).Inc()
}

// Refused counts a message of which there were too many.
func (m *Messages) Refused(channel notify.Channel, bound notify.Scope) {
	m.refused.WithLabelValues(string(channel), string(bound)).Inc()
}

// Watch calls waiting at each scrape, for when the oldest message of each channel was stored that
// waits. It gets two seconds, and may fail: what it tells is then missing from the scrape.
func (m *Messages) Watch(clock provider.Clock, waiting func(ctx context.Context) (map[notify.Channel]time.Time, error)) error {
	return m.registration.watch("messages", &messageCollector{
		clock, waiting,
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "message_waiting_age_seconds"), "Age of the oldest message to a person that waits to be sent; 0 when there is none.", []string{"channel"}, nil),
	})
}

type messageCollector struct {
	clock   provider.Clock
	waiting func(ctx context.Context) (map[notify.Channel]time.Time, error)
	age     *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *messageCollector) Describe(to chan<- *prometheus.Desc) { to <- c.age }

// Collect is part of prometheus.Collector.
func (c *messageCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	since, err := c.waiting(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.age, fmt.Errorf("read the messages: %w", err))
		return
	}
	for _, channel := range notify.Channels() {
		var age time.Duration
		if at, waits := since[channel]; waits {
			age = max(0, c.clock().Sub(at))
		}
		to <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, age.Seconds(), string(channel))
	}
}
