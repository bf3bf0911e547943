package playground

import (
	"fmt"
	"time"
)

// moment is a time in words, as seen from now.
func moment(at, now time.Time) string {
	text := at.UTC().Format("2 January 2006, 15:04:05 MST")
	switch d := at.Sub(now); {
	case d >= time.Second:
		return text + ", in " + lasting(d)
	case d <= -time.Second:
		return text + ", " + lasting(-d) + " ago"
	default:
		return text + ", now"
	}
}

// lasting is a duration in words, in the largest unit that it has.
func lasting(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := d.Round(unit.size) / unit.size; d >= unit.size {
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "less than a second"
}
