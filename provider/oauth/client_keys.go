package oauth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

const (
	// keySetLifetime is how long a fetched key set is fresh, keySetStale how long it is used while
	// the client's server cannot be reached.
	keySetLifetime = 10 * time.Minute
	keySetStale    = time.Hour
	// keySetPause is the least time between two fetches from one URL, failed ones included: an
	// assertion with an unknown kid costs an attacker nothing, and must not make the server send
	// requests without limit.
	keySetPause = time.Minute
	keySets     = 1000
)

// fetcher fetches from a URL that a client registered.
type fetcher interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}

// ClientKeys finds the public keys of clients that authenticate by private_key_jwt.
type ClientKeys struct {
	fetch   fetcher
	clock   provider.Clock
	flights singleflight.Group

	mu   sync.Mutex
	sets *lru.Cache[string, keySet]
}

// keySet is what was fetched from a URL the last time.
type keySet struct {
	keys    []jose.JSONWebKey
	fetched time.Time // of keys
	tried   time.Time
	err     error // of the last try
}

// NewClientKeys makes a ClientKeys.
func NewClientKeys(fetch fetcher, clock provider.Clock) *ClientKeys {
	sets, err := lru.New[string, keySet](keySets)
	if err != nil { // only for a size that is not positive
		panic("oauth: " + err.Error())
	}
	return &ClientKeys{fetch: fetch, clock: clock, sets: sets}
}

// Keys returns the client's keys. When kid is not among those in memory they are fetched
// again, which is how a client rolls its keys; not more often than once a minute.
func (k *ClientKeys) Keys(ctx context.Context, c *client.Client, kid string) ([]jose.JSONWebKey, error) {
	if c.JWKSURI == "" {
		return client.ParseKeySet([]byte(c.JWKS))
	}
	now := k.clock.Now(ctx)
	k.mu.Lock()
	set, known := k.sets.Get(c.JWKSURI)
	k.mu.Unlock()
	fresh := now.Sub(set.fetched) < keySetLifetime && has(set.keys, kid)
	if known && (fresh || now.Sub(set.tried) < keySetPause) {
		return set.usable(now)
	}
	// All requests that wait share the fetch: it must not end because the first of them was
	// cancelled. The fetcher has a deadline of its own.
	flight := k.flights.DoChan(c.JWKSURI, func() (any, error) {
		return k.refetch(context.WithoutCancel(ctx), c.JWKSURI, set), nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		return result.Val.(keySet).usable(now) //nolint:forcetypeassert // of the function above
	}
}

func (k *ClientKeys) refetch(ctx context.Context, uri string, before keySet) keySet {
	set := before
	set.tried = k.clock.Now(ctx)
	response, err := k.fetch.Get(ctx, uri, "application/jwk-set+json, application/json", client.MaxKeySet)
	if err == nil {
		var keys []jose.JSONWebKey
		if keys, err = client.ParseKeySet(response.Body); err == nil {
			set.keys, set.fetched = keys, set.tried
		}
	}
	set.err = err
	k.mu.Lock()
	k.sets.Add(uri, set)
	k.mu.Unlock()
	return set
}

// usable returns the keys while they are not too old: a stale set is used while the client's
// server cannot be reached, but a key that the client withdrew must not stay valid for ever. The
// cause is hidden from errors.Is: a slow server of the client is no timeout of this server.
func (s keySet) usable(now time.Time) ([]jose.JSONWebKey, error) {
	if s.keys == nil || now.Sub(s.fetched) >= keySetStale {
		return nil, fmt.Errorf("key set of the client: %v", s.err) //nolint:errorlint // see above
	}
	return s.keys, nil
}

// has tells whether a key set has the kid; without a kid, whether it has any key.
func has(keys []jose.JSONWebKey, kid string) bool {
	if kid == "" {
		return len(keys) > 0
	}
	for _, key := range keys {
		if key.KeyID == kid {
			return true
		}
	}
	return false
}
