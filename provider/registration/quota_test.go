package registration_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// from registers until an address is refused, and returns how many clients it got.
func (f *fixture) from(prefix string, most int) (made int) {
	f.t.Helper()
	for range most {
		if _, err := f.registry().Register(f.t.Context(), registration.Request{Body: body(nil), Prefix: prefix}); err != nil {
			r := f.refused(err)
			require.Equal(f.t, refusal.CheckRegistrations, r.Check)
			require.Equal(f.t, refusal.TemporarilyUnavailable, r.Code)
			require.Positive(f.t, r.RetryAfter)
			return made
		}
		made++
	}
	return made
}

// Whoever has a few addresses gets a part of what there is, and the others go on.
func TestNobodyTakesAllRegistrations(t *testing.T) {
	f := newFixture(t)
	f.settings.Most = 510
	assert.Equal(t, 10, f.from("192.0.2.1/32", 20), "the 50th part")
	assert.Equal(t, 9, f.from("2001:db8:1:2::/64", 20), "of what is left")
	assert.Equal(t, 9, f.from("2001:db8:1:3::/64", 20))
	total := 28
	for i := range 100 { // a whole network
		total += f.from(fmt.Sprintf("198.51.100.%d/32", i), 20)
	}
	assert.InDelta(t, 28+482/6, total, 3, "the fifth part of what is left at the end")
	for i := range 14 { // networks of their own
		total += f.from(fmt.Sprintf("10.%d.0.1/32", i), 20)
	}
	assert.Less(t, total, 250)
	assert.Positive(t, f.from("203.0.113.7/32", 1), "somebody else")
}

// A registration counts for a day, also when the client was removed or is used.
func TestARegistrationCountsForADay(t *testing.T) {
	f := newFixture(t)
	f.settings.Most = 3
	const prefix = "192.0.2.1/32"
	made, err := f.registry().Register(t.Context(), registration.Request{Body: body(nil), Prefix: prefix})
	require.NoError(t, err)
	require.NoError(t, f.registry().Delete(t.Context(), made.Client.ID, registration.Request{Bearer: made.Token}))
	assert.Zero(t, f.from(prefix, 1), "its place is not free")
	assert.Equal(t, 2, f.from("198.18.0.1/32", 1)+f.from("203.0.113.1/32", 1))
	assert.Zero(t, f.from("198.51.100.1/32", 1), "of all together")
	_, text, err := f.tokens.Create(t.Context(), f.operator(), registration.InitialToken{}, 48*time.Hour)
	require.NoError(t, err)
	_, err = f.registry().Register(t.Context(), registration.Request{Bearer: text, Body: body(nil), Prefix: prefix})
	require.NoError(t, err, "with a token there is room")
	f.advance(25 * time.Hour)
	assert.Equal(t, 1, f.from(prefix, 2))
}

// Of any number at once no more get in than of one after the other.
func TestRegistrationsAtOnceAreCounted(t *testing.T) {
	f := newFixture(t)
	f.settings.Most = 153
	registry := f.registry()
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := registry.Register(t.Context(), registration.Request{Body: body(nil), Prefix: "192.0.2.1/32"}); err == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 3, made.Load())
}
