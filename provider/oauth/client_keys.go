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
	"github.com/gatehouse-id/gatehouse/provider/cache"
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
	// The suite of the OpenID Foundation, as other clients, waits a minute after it changed its keys.
	keySetPause = 30 * time.Second
	keySets     = 1000
)

// fetcher fetches from a URL that a client registered.
type fetcher interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}

// ClientKeys finds the public keys of clients, whatever their authentication method: by these they
// authenticate and sign request objects, and answers to them are encrypted.
type ClientKeys struct {
	fetch   fetcher
	clock   provider.Clock
	flights singleflight.Group

	mu   sync.Mutex
	sets *lru.Cache[string, keySet]
	// inline are the sets in registrations, by their text: to read one takes longer than a signature.
	inline *cache.Cache[client.KeySet]
}

// keySet is what was fetched from a URL the last time.
type keySet struct {
	keys    client.KeySet
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
	inline := cache.New(keySets, func(_ context.Context, text string) (client.KeySet, error) {
		return client.ParseKeySet([]byte(text))
	}, nil)
	return &ClientKeys{fetch: fetch, clock: clock, sets: sets, inline: inline}
}

// Keys returns the client's keys. When kid is not among those in memory they are fetched
// again, which is how a client rolls its keys; not more often than twice a minute.
func (k *ClientKeys) Keys(ctx context.Context, c *client.Client, kid string) (client.KeySet, error) {
	return k.find(ctx, c, func(set client.KeySet) bool { return set.Has(kid) })
}

// find returns the client's keys. Those of a URL are fetched again where the ones in memory are old, or are not enough.
func (k *ClientKeys) find(ctx context.Context, c *client.Client, enough func(set client.KeySet) bool) (client.KeySet, error) {
	if c.JWKSURI == "" {
		return k.inline.Get(ctx, c.JWKS)
	}
	// By client, too: one that has just been registered must not wait for the pause of another one with the same URL.
	name := c.ID + " " + c.JWKSURI
	now := k.clock.Now(ctx)
	k.mu.Lock()
	set, known := k.sets.Get(name)
	k.mu.Unlock()
	fresh := now.Sub(set.fetched) < keySetLifetime && enough(set.keys)
	if known && (fresh || now.Sub(set.tried) < keySetPause) {
		return set.usable(now)
	}
	// All requests that wait share the fetch: it must not end because the first of them was
	// cancelled. The fetcher has a deadline of its own.
	flight := k.flights.DoChan(name, func() (any, error) {
		return k.refetch(c.Outbound(context.WithoutCancel(ctx)), name, c.JWKSURI, set), nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		return result.Val.(keySet).usable(now) //nolint:forcetypeassert // of the function above
	}
}

func (k *ClientKeys) refetch(ctx context.Context, name, uri string, before keySet) keySet {
	set := before
	set.tried = k.clock.Now(ctx)
	response, err := k.fetch.Get(ctx, uri, "application/jwk-set+json, application/json", client.MaxKeySet)
	if err == nil {
		var keys client.KeySet
		if keys, err = client.ParseKeySet(response.Body); err == nil {
			set.keys, set.fetched = keys, set.tried
		}
	}
	set.err = err
	k.mu.Lock()
	k.sets.Add(name, set)
	k.mu.Unlock()
	return set
}

// usable returns the keys while they are not too old: a stale set is used while the client's
// server cannot be reached, but a key that the client withdrew must not stay valid for ever. The
// cause is hidden from errors.Is: a slow server of the client is no timeout of this server.
func (s keySet) usable(now time.Time) (client.KeySet, error) {
	if s.keys == nil || now.Sub(s.fetched) >= keySetStale {
		return nil, fmt.Errorf("key set of the client: %v", s.err) //nolint:errorlint // see above
	}
	return s.keys, nil
}

// EncryptionKey is the client's key to which an answer is encrypted with an algorithm. When none of those in memory
// fits they are fetched again. It returns errNoEncryptionKey, or an error that is for the operator when the client's
// server cannot be reached.
func (k *ClientKeys) EncryptionKey(ctx context.Context, c *client.Client, alg string) (jose.JSONWebKey, error) {
	set, err := k.find(ctx, c, func(set client.KeySet) bool { return len(set.Encryption(alg)) > 0 })
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	fitting := set.Encryption(alg)
	if len(fitting) == 0 {
		return jose.JSONWebKey{}, fmt.Errorf("%w: %s", errNoEncryptionKey, alg)
	}
	return fitting[0], nil
}
