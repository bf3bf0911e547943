package cache

import (
	"context"
	"log/slog"
	"time"
)

// Interval is how often a process reads the version: often enough for a change to be visible
// everywhere within 5 s, with one small statement each time.
const Interval = 2 * time.Second

// versions returns a number that increases with each change of cached data, and one that does with each client that
// changes by itself, of which it knows the last ones by their ids.
type versions interface {
	Versions(ctx context.Context) (catalogue, clients int64, err error)
	// ChangedClients returns an id for each change that is after a version, up to and with another, or fewer.
	ChangedClients(ctx context.Context, after, upTo int64) ([]string, error)
}

// Watcher flushes caches when another process has changed the data behind them.
type Watcher struct {
	versions versions
	log      *slog.Logger
	flush    []func(ctx context.Context) error
	changed  []func(ctx context.Context, clients []string) error
	// seen are the versions that the caches are of.
	seen, seenClients int64
}

// NewWatcher makes a Watcher that calls every flush function on a change. If one fails, all are
// called again at the next tick.
func NewWatcher(v versions, log *slog.Logger, flush ...func(ctx context.Context) error) *Watcher {
	return &Watcher{versions: v, log: log, flush: flush, seen: -1}
}

// OnClients adds functions that are called with the clients that changed by themselves.
func (w *Watcher) OnClients(changed ...func(ctx context.Context, clients []string) error) {
	w.changed = append(w.changed, changed...)
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

// Check reads the versions once and flushes what has changed.
func (w *Watcher) Check(ctx context.Context) error {
	catalogue, clients, err := w.versions.Versions(ctx)
	if err != nil {
		return err
	}
	if catalogue == w.seen && clients == w.seenClients {
		return nil
	}
	if catalogue == w.seen {
		changed, err := w.versions.ChangedClients(ctx, w.seenClients, clients)
		if err != nil {
			return err
		}
		if int64(len(changed)) == clients-w.seenClients {
			for _, tell := range w.changed {
				if err := tell(ctx, changed); err != nil {
					return err
				}
			}
			w.seenClients = clients
			return nil
		} // else there were more than are known
	}
	for _, flush := range w.flush {
		if err := flush(ctx); err != nil {
			return err
		}
	}
	w.seen, w.seenClients = catalogue, clients
	return nil
}
