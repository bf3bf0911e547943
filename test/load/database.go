package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// database is the database of a server under load.
type database interface {
	url() string
	// cpu returns the processor time spent so far outside the server process.
	cpu() (time.Duration, error)
	// size returns the bytes of all tables and indexes.
	size(ctx context.Context) (int64, error)
	close(ctx context.Context) error
}

// statementCounter is a database that can count the statements it receives.
type statementCounter interface {
	// startCounting resets the count; until stopCounting each statement takes more time.
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
		return nil, fmt.Errorf("unknown database %q", kind)
	}
}
