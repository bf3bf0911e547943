package cache

import (
	"context"
	"log/slog"
	"time"
)

// Interval is how often a process reads the version: often enough for a change to be visible
// everywhere within 5 s, with one small statement each time.
const Interval = 2 * time.Second

// versions returns a number that increases with each change of cached data.
type versions interface {
	CatalogueVersion(ctx context.Context) (int64, error)
}

// Watcher flushes caches when another process has changed the data behind them.
type Watcher struct {
	versions versions
	log      *slog.Logger
	flush    []func(ctx context.Context) error
	seen     int64
}

// NewWatcher makes a Watcher that calls every flush function on a change. If one fails, all are
// called again at the next tick.
func NewWatcher(v versions, log *slog.Logger, flush ...func(ctx context.Context) error) *Watcher {
	return &Watcher{versions: v, log: log, flush: flush, seen: -1}
}

// Run polls until ctx ends. While the database is unavailable the caches stay as they are:
// requests that need nothing else from it keep working.
func (w *Watcher) Run(ctx context.Context) {
	_ = w.Check(ctx) // sets the baseline; after a failure the next tick flushes
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

// Check reads the version once and flushes when it has changed.
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
