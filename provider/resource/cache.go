package resource

import (
	"container/list"
	"sync"
)

// cache keeps the most recently used values, by hashes of tokens and never by tokens: a dump of the
// memory must not show what can be used. It is split, so that requests seldom wait for each other.
type cache[V any] struct{ parts [cacheParts]cachePart[V] }

const cacheParts = 16

type cachePart[V any] struct {
	mu       sync.Mutex
	size     int
	byHash   map[[32]byte]*list.Element
	byRecent *list.List // of cacheItem[V], the most recent first
}

type cacheItem[V any] struct {
	hash  [32]byte
	value V
}

// newCache keeps about size values, at least one in each part.
func newCache[V any](size int) *cache[V] {
	c := &cache[V]{}
	for i := range c.parts {
		c.parts[i] = cachePart[V]{size: max(1, size/cacheParts), byHash: map[[32]byte]*list.Element{}, byRecent: list.New()}
	}
	return c
}

// part chooses by a byte of the hash, which nobody can aim at.
func (c *cache[V]) part(hash [32]byte) *cachePart[V] { return &c.parts[hash[0]%cacheParts] }

func (c *cache[V]) get(hash [32]byte) (V, bool) {
	p := c.part(hash)
	p.mu.Lock()
	defer p.mu.Unlock()
	element, ok := p.byHash[hash]
	if !ok {
		var none V
		return none, false
	}
	p.byRecent.MoveToFront(element)
	return element.Value.(*cacheItem[V]).value, true
}

func (c *cache[V]) put(hash [32]byte, value V) {
	p := c.part(hash)
	p.mu.Lock()
	defer p.mu.Unlock()
	if element, ok := p.byHash[hash]; ok {
		element.Value.(*cacheItem[V]).value = value
		p.byRecent.MoveToFront(element)
		return
	}
	if p.byRecent.Len() >= p.size {
		oldest := p.byRecent.Back()
		delete(p.byHash, oldest.Value.(*cacheItem[V]).hash)
		p.byRecent.Remove(oldest)
	}
	p.byHash[hash] = p.byRecent.PushFront(&cacheItem[V]{hash, value})
}

func (c *cache[V]) len() int {
	total := 0
	for i := range c.parts {
		p := &c.parts[i]
		p.mu.Lock()
		total += p.byRecent.Len()
		p.mu.Unlock()
	}
	return total
}
