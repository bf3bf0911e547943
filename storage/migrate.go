package storage

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt *time.Time
}

// Migrate applies the missing steps and returns them. Replicas may do so concurrently.
func (s *Store) Migrate(ctx context.Context) ([]Migration, error) {
	g, err := s.goose()
	if err != nil {
		return nil, err
	}
	missing, err := s.Pending(ctx)
	if err != nil {
		return nil, fmt.Errorf("storage: migrate: %w", err)
	}
	var results []*goose.MigrationResult
	for {
		done, upErr := g.Up(ctx)
		results = append(results, done...)
		if upErr == nil {
			break
		}
		// On SQLite two processes can begin the same step; the second one finds it applied and
		// continues with the next ones. If no process made progress, the step itself fails.
		left, err := s.Pending(ctx)
		if err != nil || (left > 0 && left >= missing) {
			return nil, fmt.Errorf("storage: migrate: %w", errors.Join(upErr, err))
		}
		if missing = left; left == 0 {
			break
		}
	}
	applied := make([]Migration, len(results))
	for i, r := range results {
		applied[i] = Migration{Version: r.Source.Version, Name: nameOf(r.Source.Path)}
	}
	return applied, nil
}

// MigrateDown reverts the newest step and returns it.
func (s *Store) MigrateDown(ctx context.Context) (Migration, error) {
	g, err := s.goose()
	if err != nil {
		return Migration{}, err
	}
	r, err := g.Down(ctx)
	if err != nil {
		return Migration{}, fmt.Errorf("storage: migrate down: %w", err)
	}
	return Migration{Version: r.Source.Version, Name: nameOf(r.Source.Path)}, nil
}

// MigrationStatus lists every step, oldest first.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	g, err := s.goose()
	if err != nil {
		return nil, err
	}
	statuses, err := g.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("storage: migration status: %w", err)
	}
	list := make([]Migration, len(statuses))
	for i, st := range statuses {
		list[i] = Migration{Version: st.Source.Version, Name: nameOf(st.Source.Path)}
		if st.State == goose.StateApplied {
			list[i].AppliedAt = utc(&st.AppliedAt)
		}
	}
	return list, nil
}

// Schema compares the database with the steps that this version knows.
type Schema struct {
	// Pending is the number of missing steps, Ahead the number of applied steps of a newer
	// version.
	Pending, Ahead int
	// Empty: the database has no tables yet.
	Empty bool
}

// Schema reads the state of the schema. It is called at every start, so it takes one statement and
// changes nothing.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	versions, err := s.versions()
	if err != nil {
		return Schema{}, err
	}
	var newest, ahead int64
	err = s.row(ctx, `SELECT coalesce(max(version_id), 0), coalesce(sum(CASE WHEN version_id > ? THEN 1 ELSE 0 END), 0)
		FROM goose_db_version WHERE is_applied`, slices.Max(versions)).Scan(&newest, &ahead)
	if s.dialect.classify(err) == fault && err != nil {
		newest = 0 // no such table: nothing has been applied
	} else if err != nil {
		return Schema{}, s.fault(err)
	}
	schema := Schema{Ahead: int(ahead), Empty: newest == 0}
	for _, v := range versions {
		if v > newest {
			schema.Pending++
		}
	}
	return schema, nil
}

// Pending counts the missing steps.
func (s *Store) Pending(ctx context.Context) (int, error) {
	schema, err := s.Schema(ctx)
	return schema.Pending, err
}

func (s *Store) goose() (*goose.Provider, error) {
	steps, err := fs.Sub(migrations, s.dialect.migrations())
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	dialect, options, err := s.dialect.goose(s.pool.write)
	if err != nil {
		return nil, err
	}
	g, err := goose.NewProvider(dialect, s.pool.write, steps, options...)
	if err != nil {
		return nil, fmt.Errorf("storage: migrations: %w", err)
	}
	return g, nil
}

func (s *Store) versions() ([]int64, error) {
	entries, err := migrations.ReadDir(s.dialect.migrations())
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	versions := make([]int64, len(entries))
	for i, e := range entries {
		if versions[i], err = goose.NumericComponent(e.Name()); err != nil {
			return nil, fmt.Errorf("storage: migration %s: %w", e.Name(), err)
		}
	}
	return versions, nil
}

// nameOf makes "sign_in" of "00002_sign_in.sql".
func nameOf(path string) string {
	_, name, _ := strings.Cut(path[strings.LastIndexByte(path, '/')+1:], "_")
	return strings.TrimSuffix(name, ".sql")
}

// SchemaHash changes with every change of a migration. Tests use it to name databases that have
// been migrated.
func SchemaHash() string {
	h := sha256.New()
	_ = fs.WalkDir(migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := migrations.ReadFile(path)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(content), content) // a hash never fails
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:8])
}
