package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gatehouse-id/gatehouse/test/load/proc"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// postgres is a private server with the durability of production.
type postgres struct {
	server     *services.PG
	admin      *pgx.Conn
	postmaster int
}

const postgresDatabase = "gatehouse"

// startPostgres preloads pg_stat_statements, which cannot be loaded later, and turns it off, so
// that it costs almost nothing. It does so by SQL: a setting on the command line would override
// the one that turns it on.
func startPostgres(ctx context.Context) (_ *postgres, err error) {
	server, err := services.StartPostgres(services.Durable, "shared_preload_libraries=pg_stat_statements")
	if err != nil {
		return nil, err
	}
	p := &postgres{server: server}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close(ctx))
		}
	}()
	if err := createDatabase(ctx, server.URL("postgres")); err != nil {
		return nil, err
	}
	if p.admin, err = pgx.Connect(ctx, p.url()); err != nil {
		return nil, err
	}
	// Statements of this connection must not be counted.
	for _, statement := range []string{"CREATE EXTENSION pg_stat_statements", "SET pg_stat_statements.track = 'none'"} {
		if _, err := p.admin.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	if err := p.stopCounting(ctx); err != nil {
		return nil, err
	}
	const postmaster = `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int`
	return p, p.admin.QueryRow(ctx, postmaster).Scan(&p.postmaster)
}

func createDatabase(ctx context.Context, adminURL string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+postgresDatabase)
	return errors.Join(err, conn.Close(ctx))
}

func (p *postgres) url() string { return p.server.URL(postgresDatabase) }

func (p *postgres) cpu() (time.Duration, error) { return proc.CPUOfFamily(p.postmaster) }

func (p *postgres) size(ctx context.Context) (size int64, err error) {
	const tables = `SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_stat_user_tables`
	return size, p.admin.QueryRow(ctx, tables).Scan(&size)
}

func (p *postgres) close(ctx context.Context) error {
	defer p.server.Stop()
	if p.admin == nil {
		return nil
	}
	return p.admin.Close(context.WithoutCancel(ctx))
}

func (p *postgres) startCounting(ctx context.Context) error {
	if err := p.track(ctx, "top"); err != nil {
		return err
	}
	_, err := p.admin.Exec(ctx, "SELECT pg_stat_statements_reset()")
	return err
}

func (p *postgres) stopCounting(ctx context.Context) error { return p.track(ctx, "none") }

// track sets pg_stat_statements.track for all sessions, which read it before their next
// statement once the postmaster has forwarded the signal.
func (p *postgres) track(ctx context.Context, what string) error {
	for _, statement := range []string{"ALTER SYSTEM SET pg_stat_statements.track = '" + what + "'", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)"} {
		if _, err := p.admin.Exec(ctx, statement); err != nil {
			return fmt.Errorf("count statements: %w", err)
		}
	}
	return nil
}

// statements includes BEGIN and COMMIT: each is a round trip to the database.
func (p *postgres) statements(ctx context.Context) (n int64, err error) {
	const calls = `SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
		WHERE d.datname = current_database()`
	return n, p.admin.QueryRow(ctx, calls).Scan(&n)
}
