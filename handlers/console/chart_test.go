package console

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

// Each slot is a day of the viewer's, or a quarter of it by the clock, whatever happens to that: in zones that are half
// an hour or a quarter off, behind UTC and before it, around both changes, also by half an hour.
func TestSlotsAreDaysOfTheViewer(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Pacific/Marquesas", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Pacific/Kiritimati",
	} {
		zone := zoneOf(t, name)
		for day := 0; day < 366; day += 5 {
			now := time.Date(2026, 1, 1+day, day%24, 15+day%2*30, 0, 0, zone)
			for _, s := range spans() {
				edges := s.edges(now)
				require.Len(t, edges, s.slots+1)
				hour := statistics.HourOf(now)
				require.True(t, edges[s.slots-1] <= hour && hour < edges[s.slots], "%s: the present hour is in the last slot, at %s", s.Name, now)
				if s.hours == 1 {
					continue
				}
				at := hour.Time().In(zone)
				for i := range s.slots {
					want := time.Date(at.Year(), at.Month(), at.Day()-(s.slots-1-i)*s.hours/24, 0, 0, 0, 0, time.UTC)
					if s.hours < 24 {
						quarter := at.Hour()/s.hours - (s.slots - 1 - i)
						want = time.Date(at.Year(), at.Month(), at.Day(), quarter*s.hours, 0, 0, 0, time.UTC)
					}
					begins := edges[i].Time().In(zone)
					require.Equal(t, want.Format(time.DateOnly), begins.Format(time.DateOnly), "%s at %s: slot %d", s.Name, now, i)
					require.Equal(t, want.Hour()/s.hours, begins.Hour()/s.hours, "%s at %s: slot %d", s.Name, now, i)
				}
			}
		}
	}
}

func TestDaysOnWhichClocksChangeHaveAnotherLength(t *testing.T) {
	t.Parallel()
	for name, days := range map[string]map[string]int{
		"Europe/Berlin":       {"2026-03-28": 24, "2026-03-29": 23, "2026-03-30": 24, "2026-10-25": 25, "2026-10-26": 24},
		"America/St_Johns":    {"2026-03-08": 23, "2026-11-01": 25},
		"Australia/Lord_Howe": {"2026-04-04": 24, "2026-04-05": 25, "2026-10-04": 23},
		"Asia/Kathmandu":      {"2026-03-29": 24},
	} {
		zone := zoneOf(t, name)
		for day, hours := range days {
			at, err := time.ParseInLocation(time.DateOnly, day, zone)
			require.NoError(t, err)
			edges := spanNamed("month").edges(at.AddDate(0, 0, 10).Add(12 * time.Hour))
			i := spanNamed("month").slots - 11
			assert.Equal(t, day, edges[i].Time().In(zone).Format(time.DateOnly), name)
			assert.EqualValues(t, hours, edges[i+1]-edges[i], "%s in %s", day, name)
		}
	}
}

// A span is compared with as much of the one before: steady traffic has not changed, at whatever minute.
func TestChangeIsAgainstTheSameTimeOfTheSpanBefore(t *testing.T) {
	t.Parallel()
	const perHour = 600
	for _, zone := range []*time.Location{time.UTC, zoneOf(t, "Europe/Berlin"), zoneOf(t, "Asia/Kathmandu")} {
		for _, minute := range []int{0, 1, 30, 59} {
			for _, now := range []time.Time{time.Date(2026, 3, 30, 0, minute, 0, 0, zone), time.Date(2026, 5, 1, 13, minute, 0, 0, zone)} {
				for _, s := range spans() {
					edges := s.edges(now)
					passed := earlierThan(edges, now)
					var before []statistics.Figure
					for i := range len(passed.edges) - 1 {
						hours := int64(passed.edges[i+1] - passed.edges[i])
						before = append(before, statistics.Figure{Hour: passed.edges[i], Series: statistics.Tokens, Count: hours * perHour})
					}
					require.LessOrEqual(t, passed.edges[len(passed.edges)-1], edges[0], "nothing is in both")
					so := now.Sub(edges[0].Time()).Hours() * perHour
					assert.InDelta(t, so, passed.total(statistics.Tokens, before), 0.5, "%s at %s", s.Name, now)
					assert.Zero(t, passed.total(statistics.SignIns, before))
				}
			}
		}
	}
}

func TestChartStacksWhatHappened(t *testing.T) {
	t.Parallel()
	s := spanNamed("day")
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	edges := s.edges(now)
	from := edges[0]
	figure := func(hour statistics.Hour, label string, n int64) statistics.Figure {
		return statistics.Figure{Hour: hour, Series: statistics.Tokens, Label: label, Count: n}
	}
	c := chartOf(statistics.Tokens, s, edges, time.UTC, []statistics.Figure{
		figure(from, "password", 30), figure(from, "refresh_token", 10), figure(from+23, "refresh_token", 60),
		{Hour: from, Series: statistics.SignIns, Label: "password", Count: 1000},
		{Hour: from - 1, Series: statistics.Tokens, Label: "password", Count: 1000},
	}, 50)
	assert.EqualValues(t, 100, c.Total)
	assert.Equal(t, 100, *c.Change)
	assert.EqualValues(t, 100, c.Top)
	assert.Equal(t, []part{{"refresh_token", 70, 0}, {"password", 30, 1}}, c.Parts)
	first, last := c.Columns[0], c.Columns[23]
	assert.EqualValues(t, 40, first.Total)
	assert.EqualValues(t, 30, first.Of(1))
	assert.InDelta(t, chartHeight*0.9, first.Bars[0].Y, 0.01)
	assert.InDelta(t, chartHeight*0.6, first.Bars[1].Y, 0.01, "on top of the other")
	assert.InDelta(t, chartHeight*0.4, last.Bars[0].Y, 0.01)
	assert.Equal(t, now.Hour(), last.At.Hour())
}

// What is counted under more labels than there are colours is shown together, and none of it is lost.
func TestChartShowsManyLabelsTogether(t *testing.T) {
	t.Parallel()
	s := spanNamed("week")
	edges := s.edges(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	var figures []statistics.Figure
	for i, label := range []string{"a", "b", "c", "d", "e", "f", "g", "other"} {
		figures = append(figures, statistics.Figure{Hour: edges[0], Series: statistics.RefusedSignIns, Label: label, Count: int64(10 - i)})
	}
	c := chartOf(statistics.RefusedSignIns, s, edges, time.UTC, figures, 0)
	assert.Len(t, c.Parts, mostParts+1)
	assert.Equal(t, part{"other", 5 + 4 + 3, mostParts}, c.Parts[mostParts])
	assert.EqualValues(t, 12, c.Columns[0].Of(mostParts))
	assert.Nil(t, c.Change, "there was nothing before")
}

func TestScaleEndsWithARoundNumber(t *testing.T) {
	t.Parallel()
	for n, end := range map[int64]int64{0: 1, 1: 1, 2: 2, 3: 5, 6: 10, 11: 20, 1001: 2000, 5000: 5000} {
		assert.Equal(t, end, roundUp(n), n)
	}
	assert.Positive(t, roundUp(1<<62), "it ends")
}

func TestLatencies(t *testing.T) {
	t.Parallel()
	figure := func(label string, n int64) statistics.Figure {
		return statistics.Figure{Series: statistics.Requests, Label: label, Count: n}
	}
	assert.Nil(t, latencies(nil))
	assert.Equal(t, []latency{{50, 1, false}, {95, 10, false}, {99, 2500, true}}, latencies([]statistics.Figure{figure("1", 60), figure("10", 35), figure("more", 5)}))
}
