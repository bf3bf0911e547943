package statistics

// mostLabels bounds the labels of a series that are stored at once. There are fewer checks than that.
const mostLabels = 250

// counted is what a number belongs to.
type counted struct {
	hour   Hour
	series Series
	label  string
}

func (c counted) figure(n int64) Figure { return Figure{c.hour, c.series, c.label, n} }

// tally has what was counted since it was stored the last time.
type tally struct {
	counts map[counted]int64
	labels map[Series]int
}

func newTally() tally { return tally{map[counted]int64{}, map[Series]int{}} }

func (t *tally) count(key counted) {
	if _, known := t.counts[key]; !known {
		if t.labels[key.series] >= mostLabels {
			key.label = Other
		} else {
			t.labels[key.series]++
		}
	}
	t.counts[key]++
}

func (t *tally) take() map[counted]int64 {
	taken := t.counts
	*t = newTally()
	return taken
}

func (t *tally) giveBack(taken map[counted]int64, oldest Hour) {
	for key, n := range taken {
		if key.hour < oldest {
			continue
		}
		if _, known := t.counts[key]; !known {
			t.labels[key.series]++
		}
		t.counts[key] += n
	}
}
