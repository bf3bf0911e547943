package delivery

import (
	"slices"
	"sync"
)

// Receiver is one for which there is something to deliver.
type Receiver[K comparable] struct {
	Key K
	// Failing: it is stored that it failed. What it did in this process is known without that.
	Failing bool
	// Unproven: it registered itself, and nobody vouches for it. It is taken for one that fails until it works in this
	// process: anybody can register any number that hang.
	Unproven bool
}

// maxKnown bounds the receivers of which it is known that they held a lane up, and the unproven ones
// that work. Of more, some are taken for what they were before, once each.
const maxKnown = 10_000

// Lanes bound the receivers to which requests are in progress, one lane for each. Those that failed or
// were slow last, and those that are unproven, have half of the lanes at most: however many receivers hang,
// or respond late, the others get their messages. The zero value is not usable; use NewLanes.
type Lanes[K comparable] struct {
	most int

	mu sync.Mutex
	// busy are the receivers that have a lane, and whether they were hindering when they got it.
	busy map[K]bool
	// hindering are those that failed or were slow in their last turn.
	hindering map[K]struct{}
	// proven are those that were unproven and worked in their last turn.
	proven map[K]struct{}
	// waiting are those that want a lane, in their order, and how they are served.
	waiting []Receiver[K]
	serve   func(receiver K) *Turn
}

// NewLanes makes Lanes for a number of receivers at once.
func NewLanes[K comparable](most int) *Lanes[K] {
	return &Lanes[K]{most: most, busy: map[K]bool{}, hindering: map[K]struct{}{}, proven: map[K]struct{}{}}
}

// Serve gives a turn to each of the receivers that has none, in their order, as lanes become free, and
// does not wait for it. Those of an earlier call that still wait for a lane are replaced. Serve is called
// in a goroutine of its own for each, and returns how the turn went.
func (l *Lanes[K]) Serve(receivers []Receiver[K], serve func(receiver K) *Turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting, l.serve = receivers, serve
	l.fill()
}

// fill begins the turns for which there are lanes.
func (l *Lanes[K]) fill() {
	hindering := 0
	for _, hinders := range l.busy {
		if hinders {
			hindering++
		}
	}
	for i := 0; i < len(l.waiting) && len(l.busy) < l.most; {
		receiver := l.waiting[i]
		_, hinders := l.hindering[receiver.Key]
		_, proven := l.proven[receiver.Key]
		hinders = hinders || receiver.Failing || receiver.Unproven && !proven
		_, busy := l.busy[receiver.Key]
		if hinders && !busy && hindering >= l.most/2 {
			i++
			continue
		}
		if i == 0 {
			l.waiting = l.waiting[1:]
		} else {
			l.waiting = slices.Delete(l.waiting, i, i+1)
		}
		if busy {
			continue // if there is more for it, the next call has it again
		}
		if hinders {
			hindering++
		}
		l.busy[receiver.Key] = hinders
		go l.turn(receiver, l.serve)
	}
}

func (l *Lanes[K]) turn(receiver Receiver[K], serve func(receiver K) *Turn) {
	hinders := serve(receiver.Key).hinders()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.busy, receiver.Key)
	delete(l.hindering, receiver.Key)
	delete(l.proven, receiver.Key)
	switch {
	case hinders:
		keep(l.hindering, receiver.Key)
	case receiver.Unproven:
		keep(l.proven, receiver.Key)
	}
	l.fill()
}

// keep adds to a set of at most maxKnown.
func keep[K comparable](known map[K]struct{}, receiver K) {
	for other := range known {
		if len(known) < maxKnown {
			break
		}
		delete(known, other)
	}
	known[receiver] = struct{}{}
}
