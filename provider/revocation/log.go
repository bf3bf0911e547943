package revocation

import (
	"cmp"
	"slices"
	"time"
)

// keptInMemory is how many settled revocations a process remembers. Readers that are further behind
// read the database.
const keptInMemory = 10_000

// log is what a process knows of the feed.
type log struct {
	// start: what was settled after it is in recent.
	start  int64
	recent []Event
	// settled is the last that is settled; the zero value: none.
	settled Event
	// early are those after settled.
	early []Event
	// highest is the highest number that was ever seen.
	highest int64
	// oldest is the number of the oldest transaction in progress.
	oldest int64
	// missing is nil unless a number below one that was seen may still appear.
	missing *missing
}

// missing says up to which number some are missed, and the number of a transaction that began after
// that was seen: once all older ones have ended, or those of them that have revoked something, what is missed was
// rolled back.
type missing struct {
	upTo, before int64
	polls        int // since then
}

// newLog begins with the last event that there is; the zero value: there is none.
func newLog(last Event) *log {
	l := &log{settled: last, highest: last.Sequence}
	if last.Sequence > 0 {
		l.start, l.recent = last.Sequence-1, []Event{last}
	}
	return l
}

// continues takes the event that is settled from what was read at its number and after, and tells whether it is
// still there. If not, the database was restored, or is one that had not received all of it; so is one whose transactions
// have lower numbers. What was removed for its age is no such sign, and the last event of all is never removed.
func (l *log) continues(b Batch, now time.Time) (rest []Event, ok bool) {
	events := b.Events
	switch {
	case b.Oldest < l.oldest:
		return nil, false
	case l.settled.Sequence == 0:
		return events, true
	case len(events) == 0:
		return nil, false
	case events[0].Sequence == l.settled.Sequence:
		return events[1:], events[0].check() == l.settled.check()
	default:
		return events, now.Sub(l.settled.At) > Keep
	}
}

// add takes what a statement read after settled, with the transactions that had ended by then, and whether that is
// all. It returns what is new.
func (l *log) add(b Batch, ended int64, all bool) (news []Event) {
	for _, e := range b.Events {
		if _, known := slices.BinarySearchFunc(l.early, e.Sequence, bySequence); !known {
			news = append(news, e)
		}
	}
	l.early, l.oldest = b.Events, b.Oldest
	if n := len(l.early); n > 0 {
		l.highest = max(l.highest, l.early[n-1].Sequence)
	}
	if m := l.missing; m != nil && ended >= m.before {
		l.settle(func(e Event) bool { return e.Sequence <= m.upTo })
		if all { // otherwise there may be others up to there
			l.missing = nil
		}
	}
	l.settle(func(e Event) bool { return e.Sequence == l.settled.Sequence+1 })
	if l.missing != nil && l.settled.Sequence >= l.missing.upTo {
		l.missing = nil // all appeared
	}
	return news
}

// settle moves those at the beginning that are next.
func (l *log) settle(next func(Event) bool) {
	for len(l.early) > 0 && next(l.early[0]) {
		l.settled = l.early[0]
		l.recent = append(l.recent, l.settled)
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

// remembers tells whether what follows a cursor is in memory.
func (l *log) remembers(c Cursor) bool {
	return c.Settled > l.start || c.Settled == 0 && l.start == 0
}

// has tells whether a cursor that is remembered is one of this feed.
func (l *log) has(c Cursor) bool {
	for _, events := range [][]Event{l.recent, l.early} {
		if i, ok := slices.BinarySearchFunc(events, c.Settled, bySequence); ok {
			return c.at(events[i])
		}
	}
	return c.begins()
}

// news tells whether a reader lacks something, whose cursor is remembered.
func (l *log) news(c Cursor) bool {
	return c.Settled < l.settled.Sequence || len(l.early) > 0 && l.early[len(l.early)-1].Sequence > c.Seen
}

// after are those that a reader lacks, at most limit of them, and where it continues.
func (l *log) after(c Cursor, limit int) (events []Event, next Cursor) {
	i, _ := slices.BinarySearchFunc(l.recent, c.Settled+1, bySequence)
	events = slices.Clone(l.recent[i:])
	if len(events) > limit {
		events = events[:limit]
		return events, cursorAt(events[limit-1], c.Seen)
	}
	for _, e := range l.early {
		if e.Sequence > c.Seen {
			events = append(events, e)
		}
	}
	return events, cursorAt(l.settled, l.highest)
}
