package ratelimit

import "sync"

// shardKeys bounds the memory that an attacker with many addresses can use: 64 times 4,096
// budgets of 24 bytes plus the map's overhead, about 10 MB.
const shardKeys = 4096

// shard is a part of the budgets: the microsecond at which each will be full. A missing key is
// a full budget.
type shard struct {
	mu   sync.Mutex
	full map[bucket]int64
}

// put stores a budget, and evicts another one when the shard is full.
func (s *shard) put(b bucket, full, now int64) {
	if _, known := s.full[b]; !known && len(s.full) >= shardKeys {
		s.evict(now)
	}
	s.full[b] = full
}

// lower caps a budget that is further from full than its window: see Limit.used.
func (s *shard) lower(b bucket, limit int64) {
	if s.full[b] > limit {
		s.full[b] = limit
	}
}

// evict makes space. Of a few random budgets it removes those that are full again, which changes
// nothing, or else the one that is nearest to full: an attacker who floods the limiter with new
// keys evicts those keys, and not the account that is being guessed at.
func (s *shard) evict(now int64) {
	const sample = 16
	var nearest bucket
	soonest, looked, found := int64(0), 0, false
	for b, at := range s.full { // in an order that an attacker cannot choose
		if at <= now {
			delete(s.full, b)
		} else if !found || at < soonest {
			nearest, soonest, found = b, at, true
		}
		if looked++; looked == sample {
			break
		}
	}
	if len(s.full) >= shardKeys {
		delete(s.full, nearest)
	}
}
