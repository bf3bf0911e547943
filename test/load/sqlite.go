package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver that reads the size of the file
)

// sqlite is the embedded database: a file, with no process of its own.
type sqlite struct {
	path string
	db   *sql.DB
}

func openSQLite(path string) (*sqlite, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	return &sqlite{path: path, db: db}, err
}

func (s *sqlite) url() string { return "sqlite://" + s.path }

func (*sqlite) cpu() (time.Duration, error) { return 0, nil }

// size checkpoints the write-ahead log first: the log is not growth of the file, and not all of
// it will be.
func (s *sqlite) size(ctx context.Context) (int64, error) {
	var busy, log, moved, size int64
	if err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved); err != nil {
		return 0, fmt.Errorf("size of %s: %w", s.path, err)
	}
	if busy != 0 {
		return 0, fmt.Errorf("size of %s: the write-ahead log could not be checkpointed", s.path)
	}
	err := s.db.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").Scan(&size)
	return size, err
}

func (s *sqlite) close(context.Context) error { return s.db.Close() }
