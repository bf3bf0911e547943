package storage

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"time"
)

// Job is work that one replica at a time does, again and again.
type Job struct {
	// Name is that of its lease.
	Name  string
	Every time.Duration
	// Lease is how long the others wait for a replica that died.
	Lease time.Duration
	Work  func(ctx context.Context) error
	// Ran, when set, is told of each time the work was done here, and what came of it.
	Ran func(took time.Duration, err error)
}

// Run does the job until ctx ends, whenever this process has the lease.
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
		_ = s.ReleaseLease(ctx, j.Name, holder) // it would run out by itself
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
		return // the end of the process, not of the job
	}
	if err != nil {
		s.log.WarnContext(ctx, "background job failed", slog.String("job", j.Name), slog.Any("cause", err))
	}
	if j.Ran != nil {
		j.Ran(s.clock().Sub(began), err)
	}
}
