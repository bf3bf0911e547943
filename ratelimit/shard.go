package ratelimit

import "sync"

// shardKeys bounds what an attacker with many addresses can make us remember: 64 times 4,096
// budgets of 24 bytes and the map's own, some 10 MB.
const shardKeys = 4096

// shard is a part of the budgets: the microsecond at which each will be whole. What is not
// there is whole.
type shard struct {
	mu    sync.Mutex
	whole map[bucket]int64
}

// put remembers a budget, in the place of another one when the shard is full.
func (s *shard) put(b bucket, whole, now int64) {
	if _, known := s.whole[b]; !known && len(s.whole) >= shardKeys {
		s.evict(now)
	}
	s.whole[b] = whole
}

// lower brings back a budget that is further from whole than its window: see Limit.used.
func (s *shard) lower(b bucket, limit int64) {
	if s.whole[b] > limit {
		s.whole[b] = limit
	}
}

// evict makes room. Of a few budgets at random it forgets those that are whole again, which
// changes nothing, or else the one that is nearest to whole: whoever floods us with fresh
// keys throws out his own, and not the account that is being guessed at.
func (s *shard) evict(now int64) {
	const sample = 16
	var nearest bucket
	soonest, looked, found := int64(0), 0, false
	for b, whole := range s.whole { // in an order that nobody can choose
		if whole <= now {
			delete(s.whole, b)
		} else if !found || whole < soonest {
			nearest, soonest, found = b, whole, true
		}
		if looked++; looked == sample {
			break
		}
	}
	if len(s.whole) >= shardKeys {
		delete(s.whole, nearest)
	}
}
