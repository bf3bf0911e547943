package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// other is the label for everything outside a closed set.
const other = "other"

// children caches the metrics of a vector by their labels. A vector can do so itself, but hashes
// the labels and takes a lock each time; here the hot path is one lookup in an immutable map, and
// adding a child copies the map.
type children[K comparable, V any] struct {
	create func(K) V
	// limit bounds the children. Everything beyond it is counted under overflow.
	limit    int
	overflow K

	growing sync.Mutex
	known   atomic.Pointer[map[K]V]
}

func newChildren[K comparable, V any](limit int, overflow K, create func(K) V) *children[K, V] {
	c := &children[K, V]{create: create, limit: limit, overflow: overflow}
	c.known.Store(&map[K]V{})
	return c
}

// of returns the child with these labels.
func (c *children[K, V]) of(key K) V {
	known := *c.known.Load()
	if child, ok := known[key]; ok {
		return child
	}
	if len(known) >= c.limit {
		if child, ok := known[c.overflow]; ok {
			return child
		}
		key = c.overflow
	}
	return c.add(key)
}

func (c *children[K, V]) add(key K) V {
	c.growing.Lock()
	defer c.growing.Unlock()
	known := *c.known.Load()
	if len(known) >= c.limit {
		key = c.overflow // other goroutines were quicker
	}
	if child, ok := known[key]; ok {
		return child
	}
	next := maps.Clone(known)
	next[key] = c.create(key)
	c.known.Store(&next)
	return next[key]
}
