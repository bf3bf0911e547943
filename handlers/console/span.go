package console

import (
	"math"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// span is the time that an overview is about: a number of slots, of some hours each, up to now.
type span struct {
	Name  string
	slots int
	hours int
}

// spans are those that can be chosen, the first by default.
func spans() []span {
	return []span{{"day", 24, 1}, {"week", 28, 6}, {"month", 28, 24}}
}

func spanNamed(name string) span {
	for _, s := range spans() {
		if s.Name == name {
			return s
		}
	}
	return spans()[0]
}

// edges are the hours at which the slots begin, and the one at which the last of them ends, which has the hour of now.
// Slots begin with the days of now's zone, and at so many hours of its clock: a day on which that is changed has an hour
// more or less. What begins on a day is counted for it, where whole hours in UTC begin at half past in the zone.
func (s span) edges(now time.Time) []statistics.Hour {
	present, zone := statistics.HourOf(now), now.Location()
	if s.hours == 1 { // of which two may have the same name
		edges := make([]statistics.Hour, s.slots+1)
		for i := range edges {
			edges[i] = present + statistics.Hour(i-s.slots+1)
		}
		return edges
	}
	last, end := s.of(present, zone), present+1
	for s.of(end, zone) == last {
		end++
	}
	edges := append(make([]statistics.Hour, 0, s.slots+1), end)
	for hour := present; len(edges) <= s.slots; hour-- {
		if before := s.of(hour-1, zone); before != last {
			edges, last = append(edges, hour), before
		}
	}
	slices.Reverse(edges)
	return edges
}

// ofDay is a slot by its day and its number of that day.
type ofDay struct{ year, day, number int }

// of is the slot in which an hour begins.
func (s span) of(hour statistics.Hour, zone *time.Location) ofDay {
	at := hour.Time().In(zone)
	return ofDay{at.Year(), at.YearDay(), at.Hour() / s.hours}
}

// earlier is what has passed by now of a span, as much of the span before.
type earlier struct {
	// edges are those of its whole hours, and of the one that is the present hour of the span.
	edges []statistics.Hour
	// share is how much of that hour has passed.
	share float64
}

func earlierThan(edges []statistics.Hour, now time.Time) earlier {
	length := edges[len(edges)-1] - edges[0]
	present := statistics.HourOf(now)
	e := earlier{edges: []statistics.Hour{edges[0] - length, present - length, present - length + 1}, share: now.Sub(present.Time()).Hours()}
	if e.edges[0] == e.edges[1] {
		e.edges = e.edges[1:]
	}
	return e
}

// total is how often something happened in that time. What happened in the present hour is taken as even.
func (e earlier) total(of statistics.Series, figures []statistics.Figure) int64 {
	sum := 0.0
	for _, f := range figures {
		switch {
		case f.Series != of:
		case f.Hour == e.edges[len(e.edges)-2]:
			sum += float64(f.Count) * e.share
		default:
			sum += float64(f.Count)
		}
	}
	return int64(math.Round(sum))
}
