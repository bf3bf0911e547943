package metrics

import "github.com/prometheus/client_golang/prometheus"

// Caches count hits and misses.
type Caches struct{ total *prometheus.CounterVec }

func newCaches(r *registration) *Caches {
	return &Caches{r.counters("cache_requests_total", "Cache lookups, by whether the value was in memory.", "cache", "result")}
}

// For returns the function that a cache calls for each lookup with whether it was a hit. The name
// is a constant in the source.
func (c *Caches) For(cache string) func(hit bool) {
	hits, misses := c.total.WithLabelValues(cache, "hit"), c.total.WithLabelValues(cache, "miss")
	return func(hit bool) {
		if hit {
			hits.Inc()
			return
		}
		misses.Inc()
	}
}
