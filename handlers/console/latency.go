package console

import (
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// latency is how long requests took, in milliseconds: so many of a hundred took that long at most. More: they took
// longer than the last bound.
type latency struct {
	Percent, Most int
	More          bool
}

// latencies are those of the figures; none without requests.
func latencies(figures []statistics.Figure) []latency {
	counts, all := map[string]int64{}, int64(0)
	for _, f := range figures {
		if f.Series == statistics.Requests {
			counts[f.Label] += f.Count
			all += f.Count
		}
	}
	if all == 0 {
		return nil
	}
	var list []latency
	for _, percent := range []int{50, 95, 99} {
		list = append(list, atMost(counts, all, percent))
	}
	return list
}

func atMost(counts map[string]int64, all int64, percent int) latency {
	var so int64
	bounds := statistics.Bounds()
	for _, bound := range bounds {
		if so += counts[strconv.Itoa(bound)]; so*100 >= all*int64(percent) {
			return latency{Percent: percent, Most: bound}
		}
	}
	return latency{Percent: percent, Most: bounds[len(bounds)-1], More: true}
}
