package console

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

func TestSpanEndsWithTheSlotOfNow(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	assert.NoError(t, err)
	for _, now := range []time.Time{
		time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 1, 23, 59, 59, 0, time.UTC), time.Date(2026, 5, 1, 22, 30, 0, 0, time.UTC).In(berlin),
		time.Date(2026, 1, 1, 3, 0, 0, 0, time.FixedZone("", -9*3600)),
	} {
		for _, s := range spans() {
			from := s.from(now)
			assert.Equal(t, s.slots-1, s.slot(from, statistics.HourOf(now)), "%s at %s", s.Name, now)
			assert.Zero(t, int64(from.Time().In(now.Location()).Hour())%s.hours, "slots begin with the viewer's day: %s at %s", s.Name, now)
		}
	}
}

func TestChartStacksWhatHappened(t *testing.T) {
	t.Parallel()
	s := spanNamed("day")
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	from := s.from(now)
	figure := func(hour statistics.Hour, label string, n int64) statistics.Figure {
		return statistics.Figure{Hour: hour, Series: statistics.Tokens, Label: label, Count: n}
	}
	c := chartOf(statistics.Tokens, s, from, time.UTC, []statistics.Figure{
		figure(from, "password", 30), figure(from, "refresh_token", 10), figure(from+23, "refresh_token", 60),
		{Hour: from, Series: statistics.SignIns, Label: "password", Count: 1000},
	}, []statistics.Figure{figure(from-24, "password", 50)})
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
	from := s.from(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	var figures []statistics.Figure
	for i, label := range []string{"a", "b", "c", "d", "e", "f", "g", "other"} {
		figures = append(figures, statistics.Figure{Hour: from, Series: statistics.RefusedSignIns, Label: label, Count: int64(10 - i)})
	}
	c := chartOf(statistics.RefusedSignIns, s, from, time.UTC, figures, nil)
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
