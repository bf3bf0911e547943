package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/storage"
)

func newMigrate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database schema up to date",
		Long: `The embedded database is brought up to date by serve itself. A Postgres schema changes
only when you say so, here or with serve --migrate.`,
		Example: "  gatehouse migrate plan\n  gatehouse migrate up",
	}
	cmd.AddCommand(
		env.migration("up", "Apply every migration that is missing", migrateUp),
		env.migration("down", "Undo the newest migration; data that only it could hold is lost", migrateDown),
		env.migration("status", "List the migrations and when each was applied", migrateStatus),
		env.migration("plan", "List what up would apply, and change nothing", migratePlan),
	)
	return cmd
}

type migrationView struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"applied_at"`
}

// migration makes one of the verbs. They open the database but nothing in it, which may
// not be there yet.
func (e *environment) migration(use, short string, act func(context.Context, *storage.Store) ([]migrationView, error)) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Example: "  gatehouse migrate " + use, Args: cobra.NoArgs}
	asJSON := addJSON(cmd)
	yes := new(bool)
	if use == "down" {
		cmd.Long = "Reverts the newest migration. What only the newer schema can store is lost.\n\n" + fmt.Sprintf(asks, "the number of the migration")
		yes = addYes(cmd)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if use == "down" && *asJSON && !*yes {
			return errors.New("--json needs --yes: it cannot ask")
		}
		c, err := loadConfig(cmd, e.Environ)
		if err != nil {
			return err
		}
		e.noteDatabase(c)
		store, err := e.openStore(cmd.Context(), c, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			return err
		}
		defer func() {
			if closing := store.Close(); err == nil {
				err = closing
			}
		}()
		if use == "down" {
			if err := e.confirmDown(cmd.Context(), store, *yes); err != nil {
				return err
			}
		}
		views, err := act(cmd.Context(), store)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(e.Out, views)
		}
		out := table{header: []string{"VERSION", "NAME", "APPLIED"}, empty: "Nothing to do: the schema is up to date."}
		for _, v := range views {
			out.add(fmt.Sprint(v.Version), v.Name, whenOrNever(v.AppliedAt))
		}
		return out.print(e.Out)
	}
	return cmd
}

// confirmDown asks before what only the newest migration can store is lost, such as the audit log.
func (e *environment) confirmDown(ctx context.Context, s *storage.Store, yes bool) error {
	applied, err := onlyVersions(ctx, s, func(m storage.Migration) bool { return m.AppliedAt != nil })
	if err != nil || len(applied) == 0 {
		return err
	}
	newest := applied[len(applied)-1]
	return e.confirm(ctx, yes, "Undo migration "+newest.Name+" and lose what only it can store?", fmt.Sprint(newest.Version))
}

func migrateUp(ctx context.Context, s *storage.Store) ([]migrationView, error) {
	applied, err := s.Migrate(ctx)
	if err != nil {
		return nil, err
	}
	return onlyVersions(ctx, s, func(m storage.Migration) bool {
		for _, a := range applied {
			if a.Version == m.Version {
				return true
			}
		}
		return false
	})
}

func migrateDown(ctx context.Context, s *storage.Store) ([]migrationView, error) {
	undone, err := s.MigrateDown(ctx)
	if err != nil {
		return nil, err
	}
	return onlyVersions(ctx, s, func(m storage.Migration) bool { return m.Version == undone.Version })
}

func migrateStatus(ctx context.Context, s *storage.Store) ([]migrationView, error) {
	return onlyVersions(ctx, s, func(storage.Migration) bool { return true })
}

func migratePlan(ctx context.Context, s *storage.Store) ([]migrationView, error) {
	return onlyVersions(ctx, s, func(m storage.Migration) bool { return m.AppliedAt == nil })
}

func onlyVersions(ctx context.Context, s *storage.Store, wanted func(storage.Migration) bool) ([]migrationView, error) {
	all, err := s.MigrationStatus(ctx)
	if err != nil {
		return nil, err
	}
	views := []migrationView{}
	for _, m := range all {
		if wanted(m) {
			views = append(views, migrationView(m))
		}
	}
	return views, nil
}
