package console

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// The size of a chart, in units of its own: pages show it as wide as there is room.
const (
	chartWidth  = 640
	chartHeight = 160
)

// chart is how often something happened over a time, by label: a stack of bars for each slot. It is drawn by the
// template, since the colours follow the theme of the page.
type chart struct {
	// Kind is the series, by which texts are named.
	Kind  statistics.Series
	Total int64
	// Change is by how much more or less that is than in the span before, in percent; nil: then there was nothing.
	Change *int
	// Partial: some of it was not counted.
	Partial bool
	// Top is the highest value of the scale.
	Top     int64
	Columns []column
	Parts   []part
	// Ticks are the times that are written below it: hours of a day (Hours), days of more.
	Ticks  []time.Time
	Hours  bool
	Width  int
	Height int
}

// part is what one label contributes. Class is the number of its colour.
type part struct {
	Label string
	Count int64
	Class int
}

// column is a slot with its bars, the lowest first.
type column struct {
	At    time.Time
	Total int64
	Bars  []bar
	// X and Width are where the column is, also for pointers that are above the bars.
	X, Width float64
}

// gap is what is left between two columns, of their width.
const gap = 0.2

// Path draws the bars of a part, as the attribute d of an SVG path: an element for each would be half of a page.
func (c chart) Path(class int) string {
	var d []byte
	for _, col := range c.Columns {
		for _, b := range col.Bars {
			if b.Class == class {
				left, thick := hundredths(col.X+col.Width*gap/2), hundredths(col.Width*(1-gap))
				d = fmt.Appendf(d, "M%v %vh%vv%vh-%vz", left, b.Y, thick, b.Height, thick)
			}
		}
	}
	return string(d)
}

// hundredths rounds a length: nobody would see what a page says beyond that.
func hundredths(length float64) float64 { return math.Round(length*100) / 100 }

// Of is what a part contributes.
func (c column) Of(class int) (n int64) {
	for _, b := range c.Bars {
		if b.Class == class {
			n += b.Count
		}
	}
	return n
}

type bar struct {
	Y, Height float64
	Class     int
	Count     int64
}

// mostParts is how many labels have a colour; those with the least are one.
const mostParts = 5

// chartOf draws the figures of a series in slots with some edges, with how much there was before to compare.
func chartOf(of statistics.Series, s span, edges []statistics.Hour, in *time.Location, figures []statistics.Figure, before int64) chart {
	c := chart{Kind: of, Hours: s.hours == 1, Width: chartWidth, Height: chartHeight}
	counts, sums := make([]map[string]int64, s.slots), map[string]int64{}
	for i := range counts {
		counts[i] = map[string]int64{}
	}
	for _, f := range figures {
		if n, ok := slices.BinarySearch(edges[:s.slots], f.Hour); f.Series == of && ok {
			counts[n][f.Label] += f.Count
			sums[f.Label] += f.Count
			c.Total += f.Count
		}
	}
	c.Parts = partsOf(sums, mostParts)
	c.Change = change(c.Total, before)
	shown := map[string]int{}
	for _, p := range c.Parts {
		shown[p.Label] = p.Class
	}
	c.Columns = make([]column, s.slots)
	step := float64(chartWidth) / float64(s.slots)
	for i := range c.Columns {
		col := column{At: edges[i].Time().In(in), X: hundredths(float64(i) * step), Width: hundredths(step)}
		merged := map[string]int64{}
		for label, n := range counts[i] {
			if _, ok := shown[label]; !ok {
				label = statistics.Other
			}
			merged[label] += n
			col.Total += n
		}
		for _, p := range c.Parts {
			if n := merged[p.Label]; n > 0 {
				col.Bars = append(col.Bars, bar{Class: p.Class, Count: n})
			}
		}
		c.Columns[i] = col
	}
	c.scale()
	for i := 0; i < s.slots; i += s.slots / ticks {
		c.Ticks = append(c.Ticks, c.Columns[i].At)
	}
	return c
}

// ticks are how many times are written below a chart.
const ticks = 4

// partsOf are some labels, those with the most, and then the others together.
func partsOf(sums map[string]int64, most int) []part {
	var parts []part
	for label, n := range sums {
		parts = append(parts, part{Label: label, Count: n})
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	var rest int64
	kept := parts[:0]
	for _, p := range parts {
		if p.Label == statistics.Other || len(kept) == most {
			rest += p.Count
			continue
		}
		p.Class = len(kept)
		kept = append(kept, p)
	}
	if rest > 0 {
		kept = append(kept, part{statistics.Other, rest, most})
	}
	return kept
}

// scale gives the bars their places.
func (c *chart) scale() {
	var most int64
	for _, col := range c.Columns {
		most = max(most, col.Total)
	}
	c.Top = roundUp(most)
	for i := range c.Columns {
		y := float64(chartHeight)
		for j := range c.Columns[i].Bars {
			b := &c.Columns[i].Bars[j]
			height := float64(b.Count) / float64(c.Top) * chartHeight
			y -= height
			b.Height, b.Y = hundredths(height), hundredths(y)
		}
	}
}

// roundUp is the next number that reads well as the end of a scale: 1, 2 or 5 times a power of ten.
func roundUp(n int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, m := range []int64{1, 2, 5} {
			if m*unit >= n || unit > math.MaxInt64/100 {
				return m * unit
			}
		}
	}
}

// change is by how much more or less there is than before, in percent.
func change(now, before int64) *int {
	if before == 0 {
		return nil
	}
	percent := int(math.Round(float64(now-before) / float64(before) * 100))
	return &percent
}
