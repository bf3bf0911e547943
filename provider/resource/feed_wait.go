package resource

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// feedWait is how long a request waits for news. Something between API and provider may cut requests that
// take long, and then none would ever be answered.
//
//	cut short          --> half of it, one second at least
//	answered for long  --> twice as much, up to what the options say
type feedWait struct {
	most time.Duration

	mu       sync.Mutex
	now      time.Duration
	answered int // since it was changed last
	needed   int // how many answers let it grow
}

const (
	leastFeedWait = time.Second
	// fewFeedAnswers let it grow at first, and twice as many after each request that was cut short, up to
	// manyFeedAnswers: one that grew too much costs a failure.
	fewFeedAnswers  = 8
	manyFeedAnswers = 4096
)

func newFeedWait(most time.Duration) *feedWait {
	return &feedWait{most: most, now: most, needed: fewFeedAnswers / 2}
}

func (w *feedWait) current() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// ended is told how a request ended that waited.
func (w *feedWait) ended(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil && w.now < w.most:
		if w.answered++; w.answered >= w.needed {
			w.now, w.answered = min(2*w.now, w.most), 0
		}
	case cutShort(err):
		w.now, w.answered = max((w.now/2).Truncate(time.Second), leastFeedWait), 0
		w.needed = min(2*w.needed, manyFeedAnswers)
	}
}

// cutShort tells whether a request ended before its answer, by a timeout or by a connection that was cut.
// That the provider is away is no reason to ask it more often.
func cutShort(err error) bool {
	if status := (*statusError)(nil); errors.As(err, &status) {
		switch status.status {
		case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout, statusOriginTimeout:
			return true
		}
		return false
	}
	if network := (*net.OpError)(nil); errors.As(err, &network) && network.Op == "dial" {
		return false
	}
	failed := (*url.Error)(nil)
	return !errors.Is(err, context.Canceled) && (errors.As(err, &failed) || errors.Is(err, errCutOff))
}

// statusOriginTimeout is what Cloudflare answers for a server that takes too long.
const statusOriginTimeout = 524
