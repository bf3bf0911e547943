package console

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// span is the time that an overview is about: a number of slots, of some hours each, up to now.
type span struct {
	Name  string
	slots int
	hours int64
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

// from is the first hour, so that the present one is in the last slot and slots begin with the viewer's days.
func (s span) from(now time.Time) statistics.Hour {
	_, offset := now.Zone()
	local := int64(statistics.HourOf(now)) + int64(offset/3600)
	end := (local/s.hours + 1) * s.hours
	return statistics.Hour(end - int64(offset/3600) - s.length())
}

// length is that of the span, in hours.
func (s span) length() int64 { return int64(s.slots) * s.hours }

// slot is the number of the slot of an hour, from 0 on.
func (s span) slot(from, hour statistics.Hour) int { return int(int64(hour-from) / s.hours) }
