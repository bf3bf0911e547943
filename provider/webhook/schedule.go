package webhook

import (
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

// pauses are those before each repetition, as Standard Webhooks proposes.
func pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// pause is how long to wait after a number of failed attempts; more is false after the last.
func pause(tries int, retryAfter time.Duration, random io.Reader) (_ time.Duration, more bool) {
	return delivery.Pause(pauses(), tries, retryAfter, random)
}
