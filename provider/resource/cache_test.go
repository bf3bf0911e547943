package resource

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func hashOf(part, n byte) [32]byte { return [32]byte{part, n} }

func TestCacheKeepsWhatWasUsedLately(t *testing.T) {
	t.Parallel()
	c := newCache[int](3 * cacheParts)
	for n := range byte(3) {
		c.put(hashOf(0, n), int(n))
	}
	_, ok := c.get(hashOf(0, 0))
	assert.True(t, ok)
	c.put(hashOf(0, 3), 3)
	_, ok = c.get(hashOf(0, 1))
	assert.False(t, ok, "the least recently used")
	for _, n := range []byte{0, 2, 3} {
		v, ok := c.get(hashOf(0, n))
		assert.True(t, ok)
		assert.Equal(t, int(n), v)
	}
	c.put(hashOf(0, 3), 7)
	v, _ := c.get(hashOf(0, 3))
	assert.Equal(t, 7, v)
	assert.Equal(t, 3, c.len())
}

func TestCacheIsBoundedUnderConcurrentUse(t *testing.T) {
	t.Parallel()
	c := newCache[int](64)
	var all sync.WaitGroup
	for worker := range byte(8) {
		all.Go(func() {
			for n := range 2000 {
				hash := [32]byte{byte(n), byte(n >> 8), worker}
				c.put(hash, n)
				c.get(hash)
			}
		})
	}
	all.Wait()
	assert.Equal(t, 64, c.len())
}
