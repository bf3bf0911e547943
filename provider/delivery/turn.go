package delivery

import (
	"sync"
	"time"
)

const (
	// turnTime is how long a receiver has its lane while others may wait for one. Requests in progress are
	// finished.
	turnTime = 5 * time.Second
	// slow is how long a request takes that holds others up as one that fails.
	slow = 2 * time.Second
)

// Turn is what a receiver may get before others have theirs: a number of requests, in a time. It may be
// used by several goroutines.
type Turn struct {
	mu    sync.Mutex
	left  int
	until time.Time
	held  bool
}

// NewTurn begins a turn of at most a number of requests.
func NewTurn(requests int, now time.Time) *Turn {
	return &Turn{left: requests, until: now.Add(turnTime)}
}

// Next tells whether there may be another request, and counts it.
func (t *Turn) Next(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left--
	return t.left >= 0 && now.Before(t.until)
}

// Note notes what became of a request. The last one tells whether the receiver fails, or is slow.
func (t *Turn) Note(outcome Outcome, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = outcome != Delivered || took >= slow
}

func (t *Turn) hinders() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.held
}
