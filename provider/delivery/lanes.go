package delivery

import "sync"

// Lanes bound the receivers to which requests are in progress, one lane for each, and those of them
// that failed last to half of that: however many receivers hang, the others get their messages. The
// zero value is not usable; use NewLanes.
type Lanes[K comparable] struct {
	most int

	mu sync.Mutex
	// busy are the receivers that have a lane, and whether they were failing.
	busy map[K]bool
}

// NewLanes makes Lanes for a number of receivers at once.
func NewLanes[K comparable](most int) *Lanes[K] { return &Lanes[K]{most: most, busy: map[K]bool{}} }

// Begin takes the lane of a receiver, and tells whether it could: it is taken already, or there are
// too many.
func (l *Lanes[K]) Begin(receiver K, failing bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, busy := l.busy[receiver]; busy || len(l.busy) >= l.most {
		return false
	}
	if failing {
		n := 0
		for _, failing := range l.busy {
			if failing {
				n++
			}
		}
		if n >= l.most/2 {
			return false
		}
	}
	l.busy[receiver] = failing
	return true
}

// End gives the lane back.
func (l *Lanes[K]) End(receiver K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.busy, receiver)
}
