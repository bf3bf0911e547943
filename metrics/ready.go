package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Ready shows the result of the readiness probe: a server that is not ready gets no requests, so
// no other metric would show it.
type Ready struct{ registration *registration }

const readyTime = 2 * time.Second

// Watch runs a check at each scrape. It gets two seconds.
func (r *Ready) Watch(name string, check func(ctx context.Context) error) error {
	return r.registration.watch("readiness of "+name, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "ready", Help: "1 while the check passes, without which the server cannot work.",
		ConstLabels: prometheus.Labels{"check": name},
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), readyTime)
		defer cancel()
		if check(ctx) != nil {
			return 0
		}
		return 1
	}))
}
