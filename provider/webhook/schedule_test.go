package webhook

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPausesGrowAndEnd(t *testing.T) {
	t.Parallel()
	var total, last time.Duration
	attempts := 1
	for tries := 1; ; tries++ {
		wait, more := pause(tries, 0, bytes.NewReader([]byte{0, 0}))
		if !more {
			break
		}
		attempts++
		assert.Greater(t, wait, last)
		last, total = wait, total+wait
	}
	assert.Equal(t, 10, attempts)
	assert.Greater(t, total, 3*24*time.Hour, "a receiver may be away over a weekend")
	_, more := pause(0, 0, rand.Reader)
	assert.False(t, more)
}

func TestPausesAreSpread(t *testing.T) {
	t.Parallel()
	least, _ := pause(2, 0, bytes.NewReader([]byte{0, 0}))
	most, _ := pause(2, 0, bytes.NewReader([]byte{0xff, 0xff}))
	assert.Equal(t, 5*time.Minute, least)
	assert.InDelta(t, 330*time.Second, most, float64(time.Second))
	without, more := pause(2, 0, bytes.NewReader(nil))
	assert.True(t, more)
	assert.Equal(t, 5*time.Minute, without, "a lack of randomness does not lose a delivery")
}

func TestReceiversCanAskForALongerPause(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{time.Second: 5 * time.Second, time.Hour: time.Hour, 1000 * time.Hour: 24 * time.Hour} {
		wait, _ := pause(1, asked, bytes.NewReader([]byte{0, 0}))
		assert.Equal(t, want, wait, asked)
	}
}
