package storage

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"time"
)

// Job is periodic work that one replica at a time does.
type Job struct {
	// Name is the name of its lease.
	Name  string
	Every time.Duration
	// Lease is how long the others wait for a replica that crashed.
	Lease time.Duration
	// Due, when set, is asked first, on every replica: a frequent job takes its lease, which is a
	// write, only when there is work. A run without work succeeded.
	Due  func(ctx context.Context) (bool, error)
	Work func(ctx context.Context) error
	// Ran, when set, is called after each run in this process, with its result.
	Ran func(took time.Duration, err error)
}

// warnEvery limits the log lines of a job that keeps failing.
const warnEvery = 30 * time.Second

// Run runs the job until ctx ends, whenever this process holds the lease.
func (s *Store) Run(ctx context.Context, j Job, random io.Reader) {
	var name [8]byte
	if _, err := io.ReadFull(random, name[:]); err != nil {
		panic("storage: no randomness: " + err.Error())
	}
	w := &worker{Store: s, job: j, holder: hex.EncodeToString(name[:])}
	ticker := time.NewTicker(j.Every)
	defer ticker.Stop()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = s.ReleaseLease(ctx, j.Name, w.holder) // it would expire anyway
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.tick(ctx)
		}
	}
}

// worker is a job in a process.
type worker struct {
	*Store

	job    Job
	holder string
	// warned is when a failure was last logged; zero after a success.
	warned time.Time
}

func (w *worker) tick(ctx context.Context) {
	began := w.clock()
	due, err := true, error(nil)
	if w.job.Due != nil {
		due, err = w.job.Due(ctx)
	}
	if err == nil && due {
		var mine bool
		if mine, err = w.Lease(ctx, w.job.Name, w.holder, w.job.Lease); err == nil && !mine {
			return
		}
	}
	if err == nil && due {
		err = w.job.Work(ctx)
	}
	if ctx.Err() != nil {
		return // the process ends; the job did not fail
	}
	w.note(ctx, w.clock(), err)
	if w.job.Ran != nil {
		w.job.Ran(w.clock().Sub(began), err)
	}
}

// note logs a failure.
func (w *worker) note(ctx context.Context, now time.Time, err error) {
	switch {
	case err == nil:
		w.warned = time.Time{}
	case w.warned.IsZero() || now.Sub(w.warned) >= warnEvery:
		w.warned = now
		w.log.WarnContext(ctx, "background job failed", slog.String("job", w.job.Name), slog.Any("cause", err))
	}
}
