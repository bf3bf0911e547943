package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// other is the label of everything outside a closed set.
const other = "other"

// children remember the metrics of a vector by their labels. A vector can do so itself,
// but hashes the labels and takes a lock each time; here the hot path is one look into a
// map that never changes, and a new child makes a new map.
type children[K comparable, V any] struct {
	born func(K) V
	// most bounds the children. What comes after them is counted under rest.
	most int
	rest K

	growing sync.Mutex
	known   atomic.Pointer[map[K]V]
}

func newChildren[K comparable, V any](most int, rest K, born func(K) V) *children[K, V] {
	c := &children[K, V]{born: born, most: most, rest: rest}
	c.known.Store(&map[K]V{})
	return c
}

// of gives the child with these labels.
func (c *children[K, V]) of(key K) V {
	known := *c.known.Load()
	if child, ok := known[key]; ok {
		return child
	}
	if len(known) >= c.most {
		if child, ok := known[c.rest]; ok {
			return child
		}
		key = c.rest
	}
	return c.add(key)
}

func (c *children[K, V]) add(key K) V {
	c.growing.Lock()
	defer c.growing.Unlock()
	known := *c.known.Load()
	if len(known) >= c.most {
		key = c.rest // the others were quicker
	}
	if child, ok := known[key]; ok {
		return child
	}
	grown := maps.Clone(known)
	grown[key] = c.born(key)
	c.known.Store(&grown)
	return grown[key]
}
