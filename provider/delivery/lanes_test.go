package delivery_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

type receiver = delivery.Receiver[string]

// lanes are served by a test: begun tells who got a turn, and end ends it.
type lanes struct {
	*delivery.Lanes[string]

	begun chan string
	ends  map[string]chan *delivery.Turn
}

func newLanes(most int, names ...string) *lanes {
	l := &lanes{delivery.NewLanes[string](most), make(chan string, 100), map[string]chan *delivery.Turn{}}
	for _, name := range names {
		l.ends[name] = make(chan *delivery.Turn)
	}
	return l
}

func (l *lanes) serveAll(all ...receiver) {
	l.Serve(all, func(name string) *delivery.Turn {
		l.begun <- name
		return <-l.ends[name]
	})
}

func (l *lanes) end(name string, outcome delivery.Outcome, took time.Duration) {
	turn := delivery.NewTurn(10, time.Now())
	turn.Note(outcome, took)
	l.ends[name] <- turn
}

// next are the next so many that got a turn.
func (l *lanes) next(n int) (names []string) {
	for range n {
		names = append(names, <-l.begun)
	}
	return names
}

// idle waits until all turns have ended.
func (l *lanes) idle(t *testing.T) {
	t.Helper()
	assert.Eventually(t, func() bool { return l.Busy() == 0 }, 5*time.Second, time.Millisecond)
}

func TestLanesKeepRoomForReceiversThatWork(t *testing.T) {
	t.Parallel()
	l := newLanes(4, "a", "b", "c", "d", "e", "f")
	l.serveAll(receiver{Key: "a", Failing: true}, receiver{Key: "b", Failing: true}, receiver{Key: "c", Failing: true}, receiver{Key: "d"}, receiver{Key: "e"}, receiver{Key: "f"})
	assert.ElementsMatch(t, []string{"a", "b", "d", "e"}, l.next(4), "half of the lanes are for those that work")
	assert.Empty(t, l.begun)
	l.serveAll(receiver{Key: "a", Failing: true}, receiver{Key: "c", Failing: true}, receiver{Key: "f"}, receiver{Key: "d"})
	assert.Empty(t, l.begun, "there are no more")
	l.end("d", delivery.Delivered, 0)
	assert.Equal(t, []string{"f"}, l.next(1), "the lane goes to the next that may have it")
	l.end("a", delivery.Retry, 0)
	assert.Equal(t, []string{"c"}, l.next(1))
	for _, name := range []string{"b", "c", "e", "f"} {
		l.end(name, delivery.Delivered, 0)
	}
}

// A receiver that responds, but late, holds others up as one that fails.
func TestSlowReceiversHaveHalfOfTheLanes(t *testing.T) {
	t.Parallel()
	l := newLanes(2, "failed", "late", "quick", "new")
	for name, took := range map[string]time.Duration{"late": 9 * time.Second, "quick": time.Second} {
		l.serveAll(receiver{Key: name})
		l.next(1)
		l.end(name, delivery.Delivered, took)
		l.idle(t)
	}
	l.serveAll(receiver{Key: "failed"})
	l.next(1)
	l.end("failed", delivery.Retry, 0)
	l.idle(t)
	l.serveAll(receiver{Key: "late"}, receiver{Key: "failed"}, receiver{Key: "quick"})
	assert.ElementsMatch(t, []string{"late", "quick"}, l.next(2))
	l.end("late", delivery.Delivered, 0)
	assert.Equal(t, []string{"failed"}, l.next(1))
	l.end("failed", delivery.Delivered, 0)
	l.end("quick", delivery.Delivered, 0)
}

// However many receivers register that hang, those of the operator, and those that are known to work, go on.
func TestUnprovenReceiversHaveHalfOfTheLanes(t *testing.T) {
	t.Parallel()
	l := newLanes(4, "works", "a", "b", "c", "operator's")
	unproven := func(names ...string) (all []receiver) {
		for _, name := range names {
			all = append(all, receiver{Key: name, Unproven: true})
		}
		return all
	}
	l.serveAll(unproven("works")...)
	l.next(1)
	l.end("works", delivery.Delivered, 0)
	l.idle(t)
	l.serveAll(append(unproven("a", "b", "c", "works"), receiver{Key: "operator's"})...)
	assert.ElementsMatch(t, []string{"a", "b", "works", "operator's"}, l.next(4))
	l.end("works", delivery.Retry, 0)
	l.end("operator's", delivery.Delivered, 0)
	assert.Eventually(t, func() bool { return l.Busy() == 2 }, 5*time.Second, time.Millisecond)
	l.serveAll(unproven("works")...)
	assert.Empty(t, l.begun, "it fails now")
	l.end("a", delivery.Failed, 0)
	assert.Equal(t, []string{"works"}, l.next(1))
	l.end("b", delivery.Failed, 0)
	l.end("works", delivery.Delivered, 0)
}

func TestATurnIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	turn := delivery.NewTurn(2, now)
	assert.True(t, turn.Next(now))
	assert.True(t, turn.Next(now))
	assert.False(t, turn.Next(now), "two requests")
	turn = delivery.NewTurn(1000, now)
	assert.True(t, turn.Next(now.Add(4*time.Second)))
	assert.False(t, turn.Next(now.Add(5*time.Second)), "others have waited for so long")
}

// However many receivers fail, what is known of them is bounded.
func TestManyFailingReceivers(t *testing.T) {
	t.Parallel()
	l := delivery.NewLanes[string](2)
	served := make(chan string)
	failing := func(name string) *delivery.Turn {
		turn := delivery.NewTurn(1, time.Now())
		turn.Note(delivery.Failed, 0)
		served <- name
		return turn
	}
	const all = 10_500
	receivers := make([]receiver, all)
	for i := range receivers {
		receivers[i].Key = strconv.Itoa(i)
	}
	l.Serve(receivers, failing)
	for range all {
		<-served
	}
	assert.LessOrEqual(t, l.Hindering(), 10_000)
}
