package delivery_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

// However long a receiver asks for, all attempts are over while what is to be delivered is still stored.
func TestAReceiverPutsAMessageOffByTheLastPauseAtMost(t *testing.T) {
	t.Parallel()
	pauses := []time.Duration{time.Second, time.Minute, time.Hour}
	for asked, want := range map[time.Duration]time.Duration{0: time.Second, 10 * time.Second: 10 * time.Second, 24 * time.Hour: time.Hour} {
		wait, more := delivery.Pause(pauses, 1, asked, bytes.NewReader([]byte{0, 0}))
		assert.True(t, more)
		assert.Equal(t, want, wait, asked)
	}
}
