package refusal

import (
	"strconv"
	"time"
)

// inWords is a duration in the largest unit of which it is a whole number.
func inWords(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if d < u.of || d%u.of != 0 {
			continue
		}
		text := strconv.FormatInt(int64(d/u.of), 10) + " " + u.name
		if d != u.of {
			text += "s"
		}
		return text
	}
	return d.String()
}
