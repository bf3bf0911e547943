package ratelimit

// Capacity is how many budgets a Memory remembers at most.
const Capacity = shards * shardKeys

// Len is how many it remembers.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		m.shards[i].mu.Lock()
		n += len(m.shards[i].whole)
		m.shards[i].mu.Unlock()
	}
	return n
}
