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
	Work  func(ctx context.Context) error
	// Ran, when set, is called after each run in this process, with its result.
	Ran func(took time.Duration, err error)
}

// Run runs the job until ctx ends, whenever this process holds the lease.
func (s *Store) Run(ctx context.Context, j Job, random io.Reader) {
	var name [8]byte
	if _, err := io.ReadFull(random, name[:]); err != nil {
		panic("storage: no randomness: " + err.Error())
	}
	holder := hex.EncodeToString(name[:])
	ticker := time.NewTicker(j.Every)
	defer ticker.Stop()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = s.ReleaseLease(ctx, j.Name, holder) // it would expire anyway
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.tick(ctx, j, holder)
		}
	}
}

func (s *Store) tick(ctx context.Context, j Job, holder string) {
	mine, err := s.Lease(ctx, j.Name, holder, j.Lease)
	if err == nil && !mine {
		return
	}
	began := s.clock()
	if err == nil {
		err = j.Work(ctx)
	}
	if ctx.Err() != nil {
		return // the process ends; the job did not fail
	}
	if err != nil {
		s.log.WarnContext(ctx, "background job failed", slog.String("job", j.Name), slog.Any("cause", err))
	}
	if j.Ran != nil {
		j.Ran(s.clock().Sub(began), err)
	}
}
