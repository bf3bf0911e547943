package statistics

// Bounds of what a process counts for clients in an hour: so many rows is what the table grows by at most, however many
// clients there are and whatever they ask for. Most requests name a client and prove nothing, so that anybody can have
// them refused for many reasons.
const (
	// mostOfClient bounds the labels of a client in a series. The others are one.
	mostOfClient = 20
	// mostOfClients bounds the labels of all clients in a series, and the clients whose other labels are one.
	mostOfClients = 2000
)

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
	// sizes are how many labels are known: of a series, of the others in it, and of a client in it.
	sizes map[sizeOf]int
}

type sizeOf struct {
	series   Series
	others   bool
	clientID string
}

func newClientTally() clientTally {
	return clientTally{counts: map[countedOf]int64{}, known: map[countedOf]struct{}{}, sizes: map[sizeOf]int{}}
}

func (t *clientTally) count(clientID string, what counted) {
	if t.hour != what.hour {
		t.hour = what.hour
		clear(t.known)
		clear(t.sizes)
	}
	t.counts[t.bounded(countedOf{clientID, what})]++
}

// bounded is where something is counted: by itself, with the other labels of the client, or for no client.
func (t *clientTally) bounded(key countedOf) countedOf {
	if _, known := t.known[key]; known {
		return key
	}
	all, own := sizeOf{series: key.series}, sizeOf{series: key.series, clientID: key.clientID}
	if t.sizes[all] < mostOfClients && t.sizes[own] < mostOfClient {
		t.sizes[all]++
		t.sizes[own]++
		t.known[key] = struct{}{}
		return key
	}
	other := countedOf{key.clientID, counted{key.hour, key.series, Other}}
	if _, known := t.known[other]; known {
		return other
	}
	others := sizeOf{series: key.series, others: true}
	if t.sizes[others] < mostOfClients {
		t.sizes[others]++
		t.known[other] = struct{}{}
		return other
	}
	return countedOf{"", counted{key.hour, Uncounted, string(key.series)}}
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
