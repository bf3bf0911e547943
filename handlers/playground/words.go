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
	d = d.Round(time.Second)
	for _, unit := range []struct {
		name        string
		size, exact time.Duration // rounded to exact first: 59 minutes and 59 seconds are an hour
	}{{"day", 24 * time.Hour, time.Hour}, {"hour", time.Hour, time.Minute}, {"minute", time.Minute, time.Second}} {
		if d.Round(unit.exact) >= unit.size {
			return counted(int64(d.Round(unit.size)/unit.size), unit.name)
		}
	}
	return counted(int64(d/time.Second), "second")
}

func counted(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
