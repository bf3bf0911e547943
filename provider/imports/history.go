package imports

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

const (
	// storeEvery is how often at most the progress of an import is stored, and beatEvery how often it says that it still
	// runs while it waits, such as for its input.
	storeEvery = time.Second
	beatEvery  = 15 * time.Second
	// silentAfter is for how long an import that runs can be silent.
	silentAfter = time.Minute
	// keptFaults are how many of the items that were refused are kept, of at most so many bytes each.
	keptFaults = 5
	faultBytes = 300
)

// Result is how an import ended.
type Result string

// The results.
const (
	Unended     Result = ""
	Done        Result = "done"
	Interrupted Result = "interrupted"
	Failed      Result = "failed"
)

// Standing is how an import stands.
type Standing string

// The standings. Stopped: the process that ran it has ended without saying so.
const (
	Running Standing = "running"
	Stopped Standing = "stopped"
)

// History is an import as it is kept: how far it is, or how it ended.
type History struct {
	ID provider.ID
	// Command is what was imported: users, clients, or the system that it came from.
	Command string
	// File is the name of the file without its folder, or of the database.
	File    string
	DryRun  bool
	Actor   audit.Actor // its kind, id and host
	BeganAt time.Time
	// SeenAt is when it last said that it runs.
	SeenAt  time.Time
	EndedAt *time.Time
	Result  Result
	// ReadBytes of TotalBytes of the source were read; 0: that is not known.
	ReadBytes, TotalBytes int64
	Count

	// Faults are the first items that were refused and why, without secrets; or why it failed.
	Faults []string
}

// Standing is how it stands at a time.
func (h *History) Standing(now time.Time) Standing {
	switch {
	case h.Result != Unended:
		return Standing(h.Result)
	case now.Sub(h.SeenAt) > silentAfter:
		return Stopped
	default:
		return Running
	}
}

// Percent is how much of the source was read; -1: that is not known.
func (h *History) Percent() int {
	switch {
	case h.Result == Done:
		return 100
	case h.TotalBytes <= 0:
		return -1
	default:
		return int(min(100*h.ReadBytes/h.TotalBytes, 100))
	}
}

// historyStore stores imports.
type historyStore interface {
	AddImport(ctx context.Context, h History) error
	UpdateImport(ctx context.Context, h History) error
}

// Recorder keeps how far an import is. Its methods may be called at once.
type Recorder struct {
	store historyStore
	clock provider.Clock

	mu     sync.Mutex
	run    History
	stored time.Time
}

// NewRecorder makes a Recorder of an import that begins.
func NewRecorder(store historyStore, clock provider.Clock, random io.Reader, run History) *Recorder {
	now := clock.Real()
	run.ID, run.BeganAt, run.SeenAt = provider.NewID(now, random), now, now
	run.Actor = audit.Actor{Kind: run.Actor.Kind, ID: run.Actor.ID, Host: run.Actor.Host}
	return &Recorder{store: store, clock: clock, run: run, stored: now}
}

// Begin stores that it runs.
func (r *Recorder) Begin(ctx context.Context) error { return r.store.AddImport(ctx, r.run) }

// Progress stores how far it is, once a second at most. The audit log has each batch: what cannot be stored is with the
// next one.
func (r *Recorder) Progress(ctx context.Context, report *Report, readBytes, totalBytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	r.take(report, readBytes, totalBytes)
	if now.Sub(r.stored) >= storeEvery {
		r.run.SeenAt, r.stored = now, now
		_ = r.store.UpdateImport(ctx, r.run)
	}
}

// Beat says now and then that it runs, until ctx ends.
func (r *Recorder) Beat(ctx context.Context) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.mu.Lock()
			r.run.SeenAt = r.clock.Real()
			_ = r.store.UpdateImport(ctx, r.run)
			r.mu.Unlock()
		}
	}
}

// End stores how it ended; cause is why it failed, or nil.
func (r *Recorder) End(ctx context.Context, report *Report, readBytes, totalBytes int64, cause error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	r.take(report, readBytes, totalBytes)
	r.run.SeenAt, r.run.EndedAt = now, &now
	switch {
	case cause != nil:
		r.run.Result = Failed
		r.run.Faults = append([]string{bounded(cause.Error())}, r.run.Faults...)
	case report.Interrupted:
		r.run.Result = Interrupted
	default:
		r.run.Result = Done
	}
	return r.store.UpdateImport(ctx, r.run)
}

func (r *Recorder) take(report *Report, readBytes, totalBytes int64) {
	r.run.Count, r.run.ReadBytes, r.run.TotalBytes = report.Total(), readBytes, totalBytes
	r.run.Faults = nil
	for _, refusal := range report.Refusals[:min(len(report.Refusals), keptFaults)] {
		r.run.Faults = append(r.run.Faults, bounded(refusal.String()))
	}
}

// String names the item, and says why it was refused.
func (r Refusal) String() string {
	text := fmt.Sprintf("%s %d", r.Kind, r.Line)
	if r.Name != "" {
		text += " (" + r.Name + ")"
	}
	if r.Field != "" {
		text += ": " + r.Field
	}
	return text + ": " + r.Reason
}

func bounded(text string) string {
	return cutAt(text, faultBytes)
}
