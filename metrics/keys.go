package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Keys show the signing keys.
type Keys struct {
	registration *registration
	rotations    prometheus.Counter
}

// SigningKey is what is shown of a key. The key id is not: each rotation would make a new series.
type SigningKey struct {
	Algorithm string
	// State is pending, active or retiring. Other states are not shown.
	State string
	// Since is when the key began to sign.
	Since time.Time
	// NextRotation is when a successor is due to take over from an active key; zero when
	// keys do not rotate automatically.
	NextRotation time.Time
}

func newKeys(r *registration) *Keys {
	return &Keys{registration: r, rotations: r.counter("signing_key_rotations_total", "Signing keys that this server published.")}
}

// Watch calls list at each scrape. It gets two seconds, and may fail: the keys are then missing
// from the scrape.
func (k *Keys) Watch(list func(ctx context.Context) ([]SigningKey, error)) error {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return k.registration.watch("signing keys", &keyCollector{
		list:  list,
		count: desc("signing_keys", "Signing keys, by state.", "alg", "state"),
		since: desc("signing_key_active_since_seconds", "When the active key began to sign.", "alg"),
		next:  desc("signing_key_next_rotation_seconds", "When the next key is due to take over.", "alg"),
	})
}

type keyCollector struct {
	list               func(ctx context.Context) ([]SigningKey, error)
	count, since, next *prometheus.Desc
}

// Describe is part of prometheus.Collector.
func (c *keyCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.count
	to <- c.since
	to <- c.next
}

const listingTime = 2 * time.Second

// Collect is part of prometheus.Collector.
func (c *keyCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), listingTime)
	defer cancel()
	keys, err := c.list(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.count, fmt.Errorf("list the signing keys: %w", err))
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for alg, found := range byAlgorithm(keys) {
		for state, n := range found.states {
			gauge(c.count, float64(n), alg, state)
		}
		if !found.active.Since.IsZero() {
			gauge(c.since, float64(found.active.Since.Unix()), alg)
		}
		if !found.active.NextRotation.IsZero() {
			gauge(c.next, float64(found.active.NextRotation.Unix()), alg)
		}
	}
}

type algorithmKeys struct {
	states map[string]int
	active SigningKey
}

// byAlgorithm counts the keys. A state without a key is 0 and not absent: otherwise an alert could
// not find an algorithm without an active key.
func byAlgorithm(keys []SigningKey) map[string]*algorithmKeys {
	all := map[string]*algorithmKeys{}
	for _, key := range keys {
		found, ok := all[key.Algorithm]
		if !ok {
			found = &algorithmKeys{states: map[string]int{"pending": 0, "active": 0, "retiring": 0}}
			all[key.Algorithm] = found
		}
		if _, shown := found.states[key.State]; shown {
			found.states[key.State]++
		}
		if key.State == "active" {
			found.active = key
		}
	}
	return all
}
