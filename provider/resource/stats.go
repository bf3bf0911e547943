package resource

import (
	"sync/atomic"
	"time"
)

// Stats are counts since the Verifier was made, and its present state.
type Stats struct {
	// VerifiedJWT and VerifiedIntrospected count the verifications that succeeded, cached or not.
	VerifiedJWT, VerifiedIntrospected uint64
	// Refused counts refusals by Reason.String.
	Refused map[string]uint64
	// CacheHits and CacheMisses count look-ups of tokens, Cached is how many are kept.
	CacheHits, CacheMisses uint64
	Cached                 int
	// Introspections counts the requests to the provider, IntrospectionFailures those that had no
	// usable response, and Coalesced the requests that shared one with another.
	Introspections, IntrospectionFailures, Coalesced uint64
	// Breaker is closed, open or half-open; empty without introspection.
	Breaker string
	// RevocationFeed is starting, followed or lost; empty without Options.Revocations. RevocationAge is
	// how old the knowledge of the feed is, and RevocationsKnown how much it knows.
	RevocationFeed   string
	RevocationAge    time.Duration
	RevocationsKnown int
	// RevocationRequests counts the requests for the feed, RevocationFailures those that had no usable
	// response, and WithoutFeed the verifications while it was not known.
	RevocationRequests, RevocationFailures, WithoutFeed uint64
	// KeyFetches counts the fetches of keys, KeyFetchFailures those that failed, Keys are how many
	// can verify tokens now.
	KeyFetches, KeyFetchFailures uint64
	Keys                         int
	// KeysFreshFor is how long until the keys are fetched again; negative: they are older than that.
	KeysFreshFor time.Duration
}

type counters struct {
	jwt, introspected                                atomic.Uint64
	cacheHits, cacheMisses                           atomic.Uint64
	introspections, introspectionFailures, coalesced atomic.Uint64
	keyFetches, keyFailures                          atomic.Uint64
	refused                                          [reasons]atomic.Uint64
}

func (c *counters) accepted(e *entry) {
	if e.set != nil {
		c.jwt.Add(1)
	} else {
		c.introspected.Add(1)
	}
}

// Stats returns the counts. With Prometheus, register one CounterFunc for each, or a Collector that
// calls Stats once for each scrape; the keys of Refused are a closed set, and can be a label.
func (v *Verifier) Stats() Stats {
	now := v.options.Clock()
	s := Stats{
		VerifiedJWT: v.stats.jwt.Load(), VerifiedIntrospected: v.stats.introspected.Load(),
		Refused:   make(map[string]uint64, int(reasons)),
		CacheHits: v.stats.cacheHits.Load(), CacheMisses: v.stats.cacheMisses.Load(), Cached: v.verified.len(),
		Introspections: v.stats.introspections.Load(), IntrospectionFailures: v.stats.introspectionFailures.Load(), Coalesced: v.stats.coalesced.Load(),
		KeyFetches: v.stats.keyFetches.Load(), KeyFetchFailures: v.stats.keyFailures.Load(),
	}
	for r := range reasons {
		s.Refused[r.String()] = v.stats.refused[r].Load()
	}
	if v.introspection != nil {
		s.Breaker = v.introspection.breaker.state(now)
	}
	if f := v.feed; f != nil {
		s.RevocationFeed, s.RevocationAge = f.state(now)
		s.RevocationsKnown, s.RevocationRequests, s.RevocationFailures, s.WithoutFeed = f.revoked.len(), f.requests.Load(), f.failures.Load(), f.fallbacks.Load()
	}
	if set := v.keys.set.Load(); set != nil {
		s.Keys, s.KeysFreshFor = len(set.all), set.freshUntil.Sub(now)
	}
	return s
}
