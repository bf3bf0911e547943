package statistics

// mostOfClients bounds how many labels of clients, each of them for each client, a series has in an hour of a process:
// so many rows an hour is what the table grows by at most, however many clients there are and whatever they ask for.
const mostOfClients = 1000

// countedOf is what a number of a client belongs to.
type countedOf struct {
	clientID string
	counted
}

// clientTally is the tally of clients. What it knows of the present hour it keeps when that is stored: a bound for each
// time would let through as much every minute.
type clientTally struct {
	counts map[countedOf]int64
	hour   Hour
	known  map[countedOf]struct{}
	sizes  map[Series]int
}

func newClientTally() clientTally {
	return clientTally{counts: map[countedOf]int64{}, known: map[countedOf]struct{}{}, sizes: map[Series]int{}}
}

func (t *clientTally) count(clientID string, what counted) {
	if t.hour != what.hour {
		t.hour = what.hour
		clear(t.known)
		clear(t.sizes)
	}
	key := countedOf{clientID, what}
	if _, known := t.known[key]; !known {
		if t.sizes[what.series] < mostOfClients {
			t.sizes[what.series]++
			t.known[key] = struct{}{}
		} else {
			key = countedOf{"", counted{what.hour, Uncounted, string(what.series)}}
		}
	}
	t.counts[key]++
}

func (t *clientTally) take() map[countedOf]int64 {
	taken := t.counts
	t.counts = map[countedOf]int64{}
	return taken
}

func (t *clientTally) giveBack(taken map[countedOf]int64, oldest Hour) {
	for key, n := range taken {
		if key.hour >= oldest {
			t.counts[key] += n
		}
	}
}
