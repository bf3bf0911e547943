package resource

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// feed follows the revocation feed in the background.
type feed struct {
	verifier *Verifier
	settings *Revocations
	revoked  revokedSet
	token    feedToken
	cancel   context.CancelFunc
	done     chan struct{}

	mu     sync.Mutex
	cursor string
	// asOf is when what is known was true, by the clock of this API; zero: not all was read yet.
	asOf time.Time

	requests, failures, fallbacks atomic.Uint64
}

// The pauses after failures.
const (
	firstFeedPause = 100 * time.Millisecond
	longFeedPause  = 5 * time.Second
)

func newFeed(ctx context.Context, v *Verifier) *feed {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &feed{verifier: v, settings: v.options.Revocations, cancel: cancel, done: make(chan struct{})}
	f.revoked.at = map[revokedKey]int64{}
	go f.follow(ctx)
	return f
}

// Close ends what the Verifier does in the background: following the revocation feed. What is known of
// it gets old then. Without Options.Revocations it does nothing.
func (v *Verifier) Close() {
	if v.feed != nil {
		v.feed.cancel()
		<-v.feed.done
	}
}

func (f *feed) follow(ctx context.Context) {
	defer close(f.done)
	pause, issuer := firstFeedPause, slog.String("issuer", f.verifier.issuer)
	logger := f.verifier.options.Logger
	for failed := false; ; {
		hurried, err := f.ask(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			if failed {
				logger.LogAttrs(ctx, slog.LevelInfo, "the revocation feed works again", issuer)
			}
			pause, failed = firstFeedPause, false
			if !hurried {
				continue
			}
		} else {
			f.failures.Add(1)
			if !failed {
				logger.LogAttrs(ctx, slog.LevelWarn, "the revocation feed failed", issuer, slog.Any("error", err))
			}
			failed = true
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if failed {
			pause = min(2*pause, longFeedPause)
		}
	}
}

// ask makes one request. It waits for news only once everything was read. The answer is hurried where
// the provider should have waited, and did not: the next request must not follow at once.
func (f *feed) ask(ctx context.Context) (hurried bool, err error) {
	f.mu.Lock()
	cursor, wait := f.cursor, f.settings.Wait
	if f.asOf.IsZero() {
		wait = 0
	}
	f.mu.Unlock()
	began := f.verifier.options.Clock()
	a, err := f.request(ctx, cursor, wait)
	f.requests.Add(1)
	if err != nil {
		return false, err
	}
	now := f.verifier.options.Clock()
	f.revoked.add(a, now)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursor = a.Cursor
	if !a.More {
		f.asOf = now.Add(-max(time.Duration(a.IssuedAt-a.AsOf)*time.Second, 0))
	}
	return wait > 0 && len(a.Events) == 0 && now.Sub(began) < wait/2, nil
}

// begin has the next request begin with the oldest revocation.
func (f *feed) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursor = ""
}

// known tells whether what was revoked is known now.
func (f *feed) known(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.asOf.IsZero() && now.Sub(f.asOf) <= f.settings.MaxAge
}

func (f *feed) state(now time.Time) (state string, age time.Duration) {
	f.mu.Lock()
	asOf := f.asOf
	f.mu.Unlock()
	switch {
	case asOf.IsZero():
		return "starting", 0
	case f.known(now):
		return "followed", now.Sub(asOf)
	default:
		return "lost", now.Sub(asOf)
	}
}

var errFeedLost = errors.New("the revocation feed is not known")

// check refuses a revoked token, and sees to JWTs while the feed is not known.
func (f *feed) check(ctx context.Context, token string, hash [32]byte, e *entry, now time.Time) (*entry, *Error) {
	v := f.verifier
	if f.revoked.has(e.principal) {
		return nil, refuse(Revoked)
	}
	if e.asked || f.known(now) {
		return e, nil
	}
	f.fallbacks.Add(1)
	lost := v.unavailable(errFeedLost)
	if v.introspection != nil {
		asked, refused := v.introspection.ask(ctx, token, hash, e)
		if refused == nil || refused.Reason != ProviderUnavailable {
			return asked, refused
		}
		lost = refused
	}
	issued := e.principal.IssuedAt
	if accept := f.settings.AcceptAge; accept > 0 && !issued.IsZero() && now.Sub(issued) <= accept {
		return e, nil
	}
	return nil, lost
}
