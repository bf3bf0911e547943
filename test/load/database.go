package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// database is what a server under load stores in.
type database interface {
	url() string
	// cpu is the processor time spent so far outside of the server's own process.
	cpu() (time.Duration, error)
	// size is the bytes that tables and their indexes take.
	size(ctx context.Context) (int64, error)
	close(ctx context.Context) error
}

// statementCounter is a database that can say how many statements it was sent.
type statementCounter interface {
	// startCounting begins at 0; until stopCounting each statement costs more.
	startCounting(ctx context.Context) error
	statements(ctx context.Context) (int64, error)
	stopCounting(ctx context.Context) error
}

func openDatabase(ctx context.Context, kind, dir string) (database, error) {
	switch kind {
	case "postgres":
		return startPostgres(ctx)
	case "sqlite":
		return openSQLite(filepath.Join(dir, "gatehouse.db"))
	default:
		return nil, fmt.Errorf("no such database: %q", kind)
	}
}
