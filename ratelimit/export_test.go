package ratelimit

// Capacity is the maximum number of budgets in a Memory.
const Capacity = shards * shardKeys

// Len is the current number of budgets.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		m.shards[i].mu.Lock()
		n += len(m.shards[i].full)
		m.shards[i].mu.Unlock()
	}
	return n
}
