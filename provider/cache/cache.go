package cache

import (
	"context"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Cache keeps the values that load returned, up to a number of entries, until Flush.
type Cache[V any] struct {
	load       func(ctx context.Context, key string) (V, error)
	looked     func(hit bool)
	entries    *lru.Cache[string, V]
	loads      singleflight.Group
	generation atomic.Uint64
}

// New makes a cache in front of load. An error of load is returned and not cached. looked is
// called for each Get with whether the value was cached; it may be nil.
func New[V any](size int, load func(ctx context.Context, key string) (V, error), looked func(hit bool)) *Cache[V] {
	entries, err := lru.New[string, V](size)
	if err != nil { // only for a size that is not positive
		panic("cache: " + err.Error())
	}
	if looked == nil {
		looked = func(bool) {}
	}
	return &Cache[V]{load: load, entries: entries, looked: looked}
}

// Get returns the value of key, loading it when it is not cached. Concurrent callers for the same
// missing key share one load. The value is shared too: do not change it.
func (c *Cache[V]) Get(ctx context.Context, key string) (V, error) {
	v, ok := c.entries.Get(key)
	c.looked(ok)
	if ok {
		return v, nil
	}
	result, err, _ := c.loads.Do(key, func() (any, error) {
		// Another load may have ended since: of many callers who found nothing, each would else load.
		if v, ok := c.entries.Get(key); ok {
			return v, nil
		}
		born := c.generation.Load()
		// The load must not fail for the other waiters when the first caller is canceled.
		v, err := c.load(context.WithoutCancel(ctx), key)
		if err != nil {
			return v, err
		}
		c.entries.Add(key, v)
		// A Flush during the load means that v may be older than the change behind it.
		if c.generation.Load() != born {
			c.entries.Remove(key)
		}
		return v, nil
	})
	v, _ = result.(V)
	return v, err
}

// Has tells whether Get would return from memory.
func (c *Cache[V]) Has(key string) bool { return c.entries.Contains(key) }

// Flush drops all entries, including values still being loaded.
func (c *Cache[V]) Flush() {
	c.generation.Add(1)
	c.entries.Purge()
}

// Forget drops one key: a change made by this process must be visible at once.
func (c *Cache[V]) Forget(key string) {
	c.generation.Add(1)
	c.loads.Forget(key) // a load that began before may return what it was before
	c.entries.Remove(key)
}
