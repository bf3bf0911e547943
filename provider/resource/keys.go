package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// keySource holds the keys of the provider. Requests use what is there; what is old is fetched again
// beside them, as RFC 9068 section 4 expects:
//
//	younger than max-age     used
//	a little older           used, and fetched beside the request
//	older, as after a quiet  fetched before it is used, unless the provider just failed
//	older than KeysOffline   not used any more
type keySource struct {
	provider *provider
	options  Options
	stats    *counters
	set      atomic.Pointer[keySet]

	mu      sync.Mutex
	running chan struct{} // closed when the fetch that runs is done
	tried   time.Time     // when the last fetch ended
	failure error         // of the last fetch

	logged map[string]string // keys that were skipped last, and why; for the fetch that runs
}

// why a fetch is asked for.
type why int

const (
	scheduled  why = iota // the keys are old, or missing
	unknownKey            // a token names a key that is not there
)

const (
	// retryPause is the shortest time between fetches after a failure.
	retryPause = 2 * time.Second
	// beside is how long after max-age keys are still used while new ones are fetched.
	beside = time.Minute
)

var errNoKeys = errors.New("the keys of the provider are not known")

func newKeySource(p *provider, o Options, stats *counters) *keySource {
	return &keySource{provider: p, options: o, stats: stats}
}

// current returns the keys to use now.
func (k *keySource) current(ctx context.Context, now time.Time) (*keySet, error) {
	set := k.set.Load()
	if set != nil && now.Before(set.freshUntil) {
		return set, nil
	}
	done, failed := k.refresh(ctx, now, scheduled)
	usable := set != nil && now.Before(set.usableUntil)
	if usable && (failed || done == nil || now.Before(set.freshUntil.Add(beside))) {
		return set, nil
	}
	return k.await(ctx, done)
}

// await waits for a fetch. The keys after it are the ones to use, even if it failed: they may be
// good for a while.
func (k *keySource) await(ctx context.Context, done <-chan struct{}) (*keySet, error) {
	if done != nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-done:
		}
	}
	set := k.set.Load()
	if set != nil && k.options.Clock().Before(set.usableUntil) {
		return set, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return nil, k.failure
	}
	return nil, errNoKeys
}

// withUnknownKey fetches the keys again, since the provider may have a new one, and returns them. The
// error is that of the provider: then nobody can say whether the key is good.
func (k *keySource) withUnknownKey(ctx context.Context, now time.Time) (*keySet, error) {
	done, failed := k.refresh(ctx, now, unknownKey)
	if done == nil && !failed {
		return k.set.Load(), nil // they were fetched a moment ago
	}
	set, err := k.await(ctx, done)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return set, k.failure
}

// refresh starts a fetch, or returns the channel of the one that runs. It returns nil where the last
// one is too short ago, whatever the number of requests, and whether that one failed.
func (k *keySource) refresh(ctx context.Context, now time.Time, reason why) (done <-chan struct{}, failed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	failed = k.failure != nil
	if k.running != nil {
		return k.running, failed
	}
	pause := retryPause
	if !failed && reason == unknownKey {
		pause = k.options.KeysCooldown
	}
	if !k.tried.IsZero() && now.Sub(k.tried) < pause && now.Sub(k.tried) >= 0 {
		return nil, failed
	}
	k.running = make(chan struct{})
	go k.fetch(context.WithoutCancel(ctx), k.running)
	return k.running, failed
}

func (k *keySource) fetch(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, 2*k.options.Timeout) // metadata and keys
	defer cancel()
	set, err := k.download(ctx)
	k.stats.keyFetches.Add(1)
	if err != nil {
		k.provider.expire()
		k.stats.keyFailures.Add(1)
		k.options.Logger.LogAttrs(ctx, slog.LevelWarn, "keys of the provider could not be fetched",
			slog.String("issuer", k.provider.issuer), slog.Any("error", err))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(done)
	k.running, k.tried, k.failure = nil, k.options.Clock(), err
	if err == nil {
		k.set.Store(set)
	}
}

// defaultMaxAge is for providers that send no Cache-Control.
const defaultMaxAge = 15 * time.Minute

func (k *keySource) download(ctx context.Context) (*keySet, error) {
	address, err := k.provider.keysAddress(ctx)
	if err != nil {
		return nil, err
	}
	var document keysDocument
	header, err := getJSON(ctx, k.options.HTTPClient, address, keysLimit, &document)
	if err != nil {
		return nil, err
	}
	set, skipped := parseKeys(document, k.options.Algorithms)
	k.logSkipped(ctx, skipped)
	if len(set.all) == 0 {
		return nil, fmt.Errorf("fetch %s: none of %d keys can verify signatures", address, len(document.Keys))
	}
	now := k.options.Clock()
	set.freshUntil = now.Add(min(max(maxAge(header, defaultMaxAge), leastKeysMaxAge), k.options.KeysMaxAge))
	set.usableUntil = now.Add(k.options.KeysOffline)
	return set, nil
}

// mostSkipped bounds how many keys are logged of one document.
const mostSkipped = 32

// logSkipped logs keys that are not used, once as long as they are published: tokens that they sign are
// refused, and nobody would know why. A key for another purpose is as it should be.
func (k *keySource) logSkipped(ctx context.Context, skipped []skippedKey) {
	before := k.logged
	k.logged = map[string]string{}
	for _, key := range skipped {
		if errors.Is(key.err, errKeyElsewhere) || len(k.logged) == mostSkipped {
			continue
		}
		id, reason := fmt.Sprintf("%.100s", key.id), key.err.Error()
		k.logged[id] = reason
		if before[id] != reason {
			k.options.Logger.LogAttrs(ctx, slog.LevelWarn, "a key of the provider is not used",
				slog.String("issuer", k.provider.issuer), slog.String("kid", id), slog.String("error", reason))
		}
	}
}

// stillHolds tells whether the key that verified a cached token is still one of the provider's.
func (k *keySource) stillHolds(ctx context.Context, e *entry, now time.Time) bool {
	set := k.set.Load()
	if set == nil || !now.Before(set.freshUntil) {
		var err error
		if set, err = k.current(ctx, now); err != nil {
			return false
		}
	}
	return set == e.set || set.has(e.key)
}
