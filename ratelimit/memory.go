package ratelimit

import (
	"context"
	"hash/maphash"
	"math/bits"

	"github.com/gatehouse-id/gatehouse/provider"
)

// The shards keep requests from waiting for each other. Each has one bit of a uint64.
const shards = 64

// Memory counts in this process.
type Memory struct {
	clock  provider.Clock
	seeds  [2]maphash.Seed
	shards [shards]shard
}

// NewMemory makes a Memory with full budgets.
func NewMemory(clock provider.Clock) *Memory {
	m := &Memory{clock: clock, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	for i := range m.shards {
		m.shards[i].full = map[bucket]int64{}
	}
	return m
}

// usual is the usual maximum of asks per request; slices of that size stay on the stack.
const usual = 8

// Take is part of Limiter. It holds the locks of all asks together, so that exactly the burst
// is allowed of any number of concurrent requests.
func (m *Memory) Take(ctx context.Context, asks ...Ask) (Decision, error) {
	now := m.clock.Now(ctx).UnixMicro()
	var bucketArray [usual]bucket
	var usedArray [usual]int64
	buckets := m.buckets(bucketArray[:0], asks)
	m.lock(buckets)
	defer m.unlock(buckets)

	used := usedArray[:0]
	for i, b := range buckets {
		used = append(used, asks[i].limit().used(now, m.shard(b).full[b]))
		for j := range i { // a budget that is named twice pays twice
			if buckets[j] == b {
				used[i] += asks[j].limit().price(asks[j].Cost)
			}
		}
	}
	d := decide(fromMemory, asks, used)
	for i, b := range buckets {
		if d.Allowed {
			m.shard(b).put(b, now+used[i]+asks[i].limit().price(asks[i].Cost), now)
		} else {
			m.shard(b).lower(b, now+asks[i].limit().window())
		}
	}
	return d, nil
}

// Return is part of Limiter.
func (m *Memory) Return(ctx context.Context, asks ...Ask) error {
	now := m.clock.Now(ctx).UnixMicro()
	var array [usual]bucket
	buckets := m.buckets(array[:0], asks)
	m.lock(buckets)
	defer m.unlock(buckets)
	for i, b := range buckets {
		l, s := asks[i].limit(), m.shard(b)
		if used := l.used(now, s.full[b]) - l.price(asks[i].Cost); used > 0 {
			s.full[b] = now + used
		} else {
			delete(s.full, b)
		}
	}
	return nil
}

// bucket is one budget: a digest of its policy and its key, with secret random seeds. The key
// itself can be as long as the sender likes, and would take up that much memory.
type bucket [2]uint64

func (m *Memory) buckets(list []bucket, asks []Ask) []bucket {
	type name struct{ policy, key string }
	for i := range asks {
		n := name{asks[i].Policy.Name, asks[i].Key}
		list = append(list, bucket{maphash.Comparable(m.seeds[0], n), maphash.Comparable(m.seeds[1], n)})
	}
	return list
}

func (m *Memory) shard(b bucket) *shard { return &m.shards[b[0]%shards] }

// lock takes the shards from the lowest to the highest: two requests that share two of them
// cannot deadlock.
func (m *Memory) lock(buckets []bucket) {
	for left := shardsOf(buckets); left != 0; left &= left - 1 {
		m.shards[bits.TrailingZeros64(left)].mu.Lock()
	}
}

func (m *Memory) unlock(buckets []bucket) {
	for left := shardsOf(buckets); left != 0; left &= left - 1 {
		m.shards[bits.TrailingZeros64(left)].mu.Unlock()
	}
}

func shardsOf(buckets []bucket) (set uint64) {
	for _, b := range buckets {
		set |= 1 << (b[0] % shards)
	}
	return set
}
