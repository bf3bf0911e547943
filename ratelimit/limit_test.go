package ratelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

func TestParseLimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		limit ratelimit.Limit
		text  string
	}{
		"100/1s":              {ratelimit.Limit{Rate: 100, Per: time.Second, Burst: 100}, "100/1s burst 100"},
		"100/1s burst 200":    {ratelimit.Limit{Rate: 100, Per: time.Second, Burst: 200}, "100/1s burst 200"},
		"10/15m":              {ratelimit.Limit{Rate: 10, Per: 15 * time.Minute, Burst: 10}, "10/15m burst 10"},
		"1/24h burst 30":      {ratelimit.Limit{Rate: 1, Per: 24 * time.Hour, Burst: 30}, "1/24h burst 30"},
		"1000000/1s burst 1":  {ratelimit.Limit{Rate: 1_000_000, Per: time.Second, Burst: 1}, "1000000/1s burst 1"},
		"5/1h0m30s":           {ratelimit.Limit{Rate: 5, Per: time.Hour + 30*time.Second, Burst: 5}, "5/1h0m30s burst 5"},
		"9999999/1m burst 10": {ratelimit.Limit{Rate: 9_999_999, Per: time.Minute, Burst: 10}, "9999999/1m burst 10"},
	} {
		got, err := ratelimit.ParseLimit(text)
		require.NoError(t, err, text)
		assert.Equal(t, want.limit, got)
		assert.Equal(t, want.text, got.String())
	}
	nothing, err := ratelimit.ParseLimit("off")
	require.NoError(t, err)
	assert.True(t, nothing.Off())
	assert.Equal(t, "off", nothing.String())
	for _, text := range []string{
		"", "Off", "off burst 1", "100", "100/", "/1s", "0/1s", "1/1s burst 0", "-1/1s", "1/0s", "1/999ms", "1/25h", "1/1x", "1/1", "1/-1s",
		"1/1s burst", "1/1s burst x", "1/1s burst 1 ", " 1/1s", "1/1s\n", "10000000/1s", "1000001/1s", "1/24h burst 31", "1/999999999999h", "1/1s burst 10000000",
	} {
		_, err := ratelimit.ParseLimit(text)
		assert.ErrorIs(t, err, ratelimit.ErrLimit, "%q", text)
	}
}

// A rate that does not divide the period does not make the wait longer than the period.
func TestWindowIsNotLongerThanThePeriod(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 999999*time.Microsecond, ratelimit.Limit{Rate: 3, Per: time.Second, Burst: 3}.Window())
	assert.Equal(t, 15*time.Minute, ratelimit.Limit{Rate: 10, Per: 15 * time.Minute, Burst: 10}.Window())
}

func FuzzParseLimit(f *testing.F) {
	for _, seed := range []string{"100/1s", "100/1s burst 200", "10/15m", "1/24h burst 30", "1000000/1s burst 9999999", "1/1.5s", "0/0s burst 0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := ratelimit.ParseLimit(text)
		if err != nil {
			require.ErrorIs(t, err, ratelimit.ErrLimit)
			return
		}
		if limit.Off() {
			require.Equal(t, limit.String(), text)
			return
		}
		require.NoError(t, limit.Validate())
		again, err := ratelimit.ParseLimit(limit.String())
		require.NoError(t, err)
		assert.Equal(t, limit, again)
		require.Positive(t, limit.Window())
		// The budget is exactly the burst, for every limit that parses.
		m := ratelimit.NewMemory(newManualClock().now)
		ask := ratelimit.Ask{Policy: &ratelimit.Policy{Limit: limit}, Cost: limit.Burst}
		first, err := m.Take(t.Context(), ask)
		require.NoError(t, err)
		second, err := m.Take(t.Context(), ask)
		require.NoError(t, err)
		assert.True(t, first.Allowed)
		assert.Zero(t, first.Verdicts[0].Remaining)
		assert.Equal(t, limit.Window(), second.Verdicts[0].RetryAfter)
	})
}
