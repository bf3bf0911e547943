package revocation

import (
	"cmp"
	"slices"
)

// keptInMemory is how many settled revocations a process remembers. Readers that are further behind
// read the database.
const keptInMemory = 10_000

// log is what a process knows of the feed.
type log struct {
	// start: what was settled after it is in recent.
	start, settled int64
	recent         []Event
	// early are those after settled.
	early []Event
	// highest is the highest number that was ever seen.
	highest int64
	// missing is nil unless a number below one that was seen may still appear.
	missing *missing
}

// missing says up to which number some are missed, and the number of a transaction that began after
// that was seen: once all older ones have ended, what is missed was rolled back.
type missing struct{ upTo, before int64 }

// add takes what a statement read after settled. It returns what is new.
func (l *log) add(b Batch) (news []Event) {
	for _, e := range b.Events {
		if _, known := slices.BinarySearchFunc(l.early, e.Sequence, bySequence); !known {
			news = append(news, e)
		}
	}
	l.early = b.Events
	if m := l.missing; m != nil && b.Oldest >= m.before {
		l.settle(func(e Event) bool { return e.Sequence <= m.upTo })
		if len(b.Events) < batchSize { // otherwise there may be others up to there
			l.settled, l.missing = max(l.settled, m.upTo), nil
		}
	}
	l.settle(func(e Event) bool { return e.Sequence == l.settled+1 })
	if l.missing != nil && l.settled >= l.missing.upTo {
		l.missing = nil // all appeared
	}
	if n := len(l.early); n > 0 {
		l.highest = max(l.highest, l.early[n-1].Sequence)
	}
	l.highest = max(l.highest, l.settled)
	return news
}

// settle moves those at the beginning that are next.
func (l *log) settle(next func(Event) bool) {
	for len(l.early) > 0 && next(l.early[0]) {
		l.recent = append(l.recent, l.early[0])
		l.settled = l.early[0].Sequence
		l.early = l.early[1:]
	}
	if over := len(l.recent) - 2*keptInMemory; over > 0 {
		l.recent = slices.Clone(l.recent[over+keptInMemory:])
		l.start = l.recent[0].Sequence - 1
	}
}

func bySequence(e Event, sequence int64) int { return cmp.Compare(e.Sequence, sequence) }

// misses tells whether a transaction number is needed to wait for what is missed.
func (l *log) misses() bool { return l.missing == nil && len(l.early) > 0 }

// after are those that a reader lacks, at most limit of them, and where it continues.
func (l *log) after(c Cursor, limit int) (events []Event, next Cursor) {
	i, _ := slices.BinarySearchFunc(l.recent, c.Settled+1, bySequence)
	events = slices.Clone(l.recent[i:])
	if len(events) > limit {
		events = events[:limit]
		last := events[limit-1].Sequence
		return events, Cursor{last, max(last, c.Seen)}
	}
	for _, e := range l.early {
		if e.Sequence > c.Seen {
			events = append(events, e)
		}
	}
	return events, Cursor{l.settled, l.highest}
}
