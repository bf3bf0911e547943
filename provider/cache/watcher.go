package cache

import (
	"context"
	"log/slog"
	"time"
)

// Interval is how often a process asks for the version: often enough that a change
// shows everywhere within 5 s, one tiny statement each time.
const Interval = 2 * time.Second

// versions is asked for a number that each change of cached data raises.
type versions interface {
	CatalogueVersion(ctx context.Context) (int64, error)
}

// Watcher flushes caches when the data behind them changed elsewhere.
type Watcher struct {
	versions versions
	log      *slog.Logger
	flush    []func(ctx context.Context) error
	seen     int64
}

// NewWatcher makes a Watcher that calls every flush function on a change. One that
// fails is called again at the next tick, together with the others.
func NewWatcher(v versions, log *slog.Logger, flush ...func(ctx context.Context) error) *Watcher {
	return &Watcher{versions: v, log: log, flush: flush, seen: -1}
}

// Run polls until ctx ends. While the database is away the caches stay as they are:
// a request that needs nothing else from it goes on working.
func (w *Watcher) Run(ctx context.Context) {
	_ = w.Check(ctx) // from here on; what a failure leaves unseen is flushed at the next tick
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := w.Check(ctx); err != nil && ctx.Err() == nil {
				w.log.WarnContext(ctx, "cached clients, scopes and keys may be out of date", "cause", err)
			}
		}
	}
}

// Check asks once and flushes when the version moved.
func (w *Watcher) Check(ctx context.Context) error {
	version, err := w.versions.CatalogueVersion(ctx)
	if err != nil || version == w.seen {
		return err
	}
	for _, flush := range w.flush {
		if err := flush(ctx); err != nil {
			return err
		}
	}
	w.seen = version
	return nil
}
