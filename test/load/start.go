package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
	"github.com/gatehouse-id/gatehouse/test/load/proc"
)

const (
	startName = "start"
	starts    = 5
	idleTime  = 5 * time.Second
)

// embedded is the start time and idle memory of a server with an SQLite file.
type embedded struct {
	start time.Duration // median time until the first healthy response
	idle  proc.Memory   // after a few seconds without a request
}

func (s *bencher) measureEmbedded(ctx context.Context, idle time.Duration) (e embedded, err error) {
	dir := filepath.Join(s.dir, "start")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return e, err
	}
	g, err := newServer(ctx, s.binary, dir, "sqlite://"+filepath.Join(dir, "gatehouse.db"))
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, g.stop()) }()
	// The first start creates the signing keys, which happens once for a database.
	var took []float64
	for i := range 1 + starts {
		if err := g.stop(); err != nil {
			return e, err
		}
		t, err := g.start(ctx)
		if err != nil {
			return e, err
		}
		if i > 0 {
			took = append(took, float64(t))
		}
	}
	e.start = time.Duration(generator.Median(took))
	select {
	case <-ctx.Done():
		return e, ctx.Err()
	case <-time.After(idle):
	}
	e.idle, err = proc.MemoryOf(g.running.PID())
	return e, err
}
