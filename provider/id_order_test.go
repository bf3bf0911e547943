package provider_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Ids made a microsecond apart are in the order of their times, also within a millisecond.
func TestIDsAreOrderedWithinAMillisecond(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	previous := provider.NewID(at, rand.Reader)
	for range 3000 {
		at = at.Add(time.Microsecond)
		id := provider.NewID(at, rand.Reader)
		assert.Negative(t, bytes.Compare(previous[:], id[:]), at)
		assert.Equal(t, byte(0x70), id[6]&0xf0)
		previous = id
	}
}
