package metrics

import "github.com/prometheus/client_golang/prometheus"

// Caches count what was found in memory.
type Caches struct{ total *prometheus.CounterVec }

func newCaches(r *registration) *Caches {
	return &Caches{r.counters("cache_requests_total", "Questions to the caches, and whether the answer was in memory.", "cache", "result")}
}

// For gives the function that a cache tells each time whether it had the answer. The name
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
