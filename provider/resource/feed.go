package resource

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// feed follows the revocation feed in the background.
type feed struct {
	verifier *Verifier
	settings *Revocations
	revoked  *revokedSet
	token    feedToken
	wait     *feedWait
	cancel   context.CancelFunc
	done     chan struct{}
	began    chan struct{} // closed once all was read for the first time

	mu     sync.Mutex
	cursor string
	// whole: the last answer came, and there was no more.
	whole bool
	// asOf is when what is known was true, by the clock of this API; zero: not all was read yet.
	asOf time.Time

	requests, failures, fallbacks atomic.Uint64
}

// The pauses after failures, unless the provider says when to ask again.
const (
	firstFeedPause = 100 * time.Millisecond
	longFeedPause  = 5 * time.Second
)

func newFeed(ctx context.Context, v *Verifier) *feed {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &feed{verifier: v, settings: v.options.Revocations, cancel: cancel, done: make(chan struct{}), began: make(chan struct{})}
	f.revoked, f.wait = newRevokedSet(f.settings.Remember, v.options.Leeway), newFeedWait(f.settings.Wait)
	go f.follow(ctx)
	return f
}

// Close ends what the Verifier does in the background: following the revocation feed. What is known of
// it gets old then. Without Options.Revocations it does nothing. It can be called more than once.
func (v *Verifier) Close() {
	if v.feed == nil {
		return
	}
	v.feed.cancel()
	<-v.feed.done
	if v.ownClient {
		v.options.HTTPClient.CloseIdleConnections()
	}
}

func (f *feed) follow(ctx context.Context) {
	defer close(f.done)
	pause, issuer := firstFeedPause, slog.String("issuer", f.verifier.issuer)
	logger := f.verifier.options.Logger
	for failed, lost := false, false; ; {
		hurried, err := f.ask(ctx)
		if ctx.Err() != nil {
			return
		}
		if state, age := f.state(f.verifier.options.Clock()); state != "lost" {
			lost = false
		} else if !lost {
			lost = true
			logger.LogAttrs(ctx, slog.LevelError, "the revocation feed is lost: JWTs are not accepted by their signature alone", issuer, slog.Duration("age", age))
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
		timer := time.NewTimer(max(pause/2+rand.N(pause/2), retryAfter(err))) //nolint:gosec // it only keeps APIs from asking at the same time
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if failed {
			pause = min(2*pause, longFeedPause)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			f.verifier.options.HTTPClient.CloseIdleConnections() // it is idle only now: see send
		}
	}
}

// ask makes one request. It waits for news only once everything was read, and what is known is no older
// than one wait: after an outage tokens would be refused for that long though the provider is back. The
// answer is hurried where it has nothing new and the provider did not wait: the next request must not
// follow at once.
func (f *feed) ask(ctx context.Context) (hurried bool, err error) {
	began := f.verifier.options.Clock()
	f.mu.Lock()
	cursor, wait, again := f.cursor, f.wait.current(), f.whole
	if !f.whole || began.Sub(f.asOf) > f.settings.Wait {
		wait = 0
	}
	f.whole = false
	f.mu.Unlock()
	a, err := f.request(ctx, cursor, wait)
	f.requests.Add(1)
	if err != nil {
		return false, err
	}
	now := f.verifier.options.Clock()
	learned, err := f.learn(ctx, a, now)
	if err != nil {
		return false, err // the cursor stays: what found no room is told again
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursor, f.whole = a.Cursor, !a.More
	if f.whole {
		if f.asOf.IsZero() {
			close(f.began)
		}
		f.asOf = a.asOf(began, now)
	}
	return learned == 0 && (again || a.More) && now.Sub(began) < max(wait/2, firstFeedPause), nil
}

var errFeedUnread = errors.New("the revocation feed was not read yet")

// ready waits until all was read once.
func (f *feed) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, f.verifier.options.Timeout)
	defer cancel()
	select {
	case <-f.began: // as a rule, and then it does not count that the context has ended
		return nil
	default:
	}
	select {
	case <-f.began:
		return nil
	case <-ctx.Done():
		return errFeedUnread
	}
}

// asOf is when what an answer tells was so, by the clock of this API. The answer may have been on its way
// for long: by the provider's clock, but not before the request or after now, since that may differ.
func (a *feedAnswer) asOf(began, now time.Time) time.Time {
	before := max(time.Duration(a.IssuedAt-a.AsOf)*time.Second, 0) // it was issued
	earliest, latest, at := began.Add(-before), now.Add(-before), time.Unix(a.AsOf, 0)
	switch {
	case at.Before(earliest):
		at = earliest
	case at.After(latest):
		at = latest
	}
	return at.Round(0) // by the wall clock: the other one stands still while the machine sleeps
}

// learn takes what an answer tells.
func (f *feed) learn(ctx context.Context, a *feedAnswer, now time.Time) (learned int, err error) {
	before := f.revoked.overflown()
	learned, err = f.revoked.add(a, now)
	if !before && f.revoked.overflown() {
		f.verifier.options.Logger.LogAttrs(ctx, slog.LevelWarn,
			"more tokens were revoked than are remembered: what is revoked of those that expire last is not known by the revocation feed",
			slog.String("issuer", f.verifier.issuer), slog.Int("remembered", f.settings.Remember))
	}
	return learned, err
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
	age := now.Sub(f.asOf) // below zero: the clock was put back, and nobody can say
	return !f.asOf.IsZero() && age <= f.settings.MaxAge && age >= -f.verifier.options.Leeway
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

// Revoked tells whether the feed, or Options.Revoked, says of a principal that its token was revoked. It
// asks nobody. It is for what takes longer than a request, such as a WebSocket, to look now and then.
func (v *Verifier) Revoked(p Principal) bool {
	return (v.feed != nil && v.feed.revoked.has(&p)) || (v.options.Revoked != nil && v.options.Revoked(p))
}

var errFeedLost = errors.New("the revocation feed is not known")

// check refuses a revoked token, and sees to JWTs while the feed is not known.
func (f *feed) check(ctx context.Context, token string, hash [32]byte, e *entry, now time.Time) (*entry, *Error) {
	v := f.verifier
	if f.revoked.has(e.principal) {
		return nil, refuse(Revoked)
	}
	if e.asked || (f.known(now) && f.revoked.complete(e.principal)) {
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
