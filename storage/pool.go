package storage

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// Statements is called at the beginning of each statement, including BEGIN and COMMIT; the function
// that it returns is called at its end. The returned context is the statement's. The query has
// placeholders and no values.
type Statements func(ctx context.Context, query string) (_ context.Context, ended func(error))

func unobserved(ctx context.Context, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

// pool is the connection pool of GORM. It reports each statement to the observer, and routes
// writing statements to the connection that may write.
type pool struct {
	read, write *sql.DB
	observe     Statements
}

var (
	_ gorm.ConnPool         = (*pool)(nil)
	_ gorm.ConnPoolBeginner = (*pool)(nil)
	_ gorm.TxCommitter      = (*connection)(nil)
)

// PrepareContext is part of gorm.ConnPool; it is not used, since the drivers prepare themselves.
func (p *pool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.write.PrepareContext(ctx, query)
}

// ExecContext writes.
func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, ended := p.observe(ctx, query)
	result, err := p.write.ExecContext(ctx, query, args...)
	ended(err)
	return result, err
}

// QueryContext reads.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, ended := p.observe(ctx, query)
	rows, err := p.read.QueryContext(ctx, query, args...)
	for try := 0; try < planTries && stalePlan(err); try++ {
		rows, err = p.read.QueryContext(ctx, query, args...)
	}
	ended(err)
	return rows, err
}

// QueryRowContext reads.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, ended := p.observe(ctx, query)
	row := p.read.QueryRowContext(ctx, query, args...)
	for try := 0; try < planTries && stalePlan(row.Err()); try++ {
		row = p.read.QueryRowContext(ctx, query, args...)
	}
	ended(row.Err())
	return row
}

// planTries bounds how often a statement is repeated that was not executed because of a migration:
// under load each repetition may meet another connection with an old plan. In a transaction, all of
// it is repeated.
const planTries = 5

// BeginTx begins a transaction on the writing connection.
func (p *pool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	// The context of BEGIN lives as long as the transaction, so it cannot be the statement's.
	_, ended := p.observe(ctx, "BEGIN")
	tx, err := p.write.BeginTx(ctx, opts)
	ended(err)
	if err != nil {
		return nil, err
	}
	return &connection{Tx: tx, pool: p, ctx: ctx}, nil
}

func (p *pool) close() error {
	if p.read == p.write {
		return p.write.Close()
	}
	return errors.Join(p.read.Close(), p.write.Close())
}

// connection is an open transaction.
type connection struct {
	*sql.Tx

	pool *pool
	ctx  context.Context //nolint:containedctx // Commit has no context parameter
}

// ExecContext writes.
func (c *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, ended := c.pool.observe(ctx, query)
	result, err := c.Tx.ExecContext(ctx, query, args...)
	ended(err)
	return result, err
}

// QueryContext reads.
func (c *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, ended := c.pool.observe(ctx, query)
	rows, err := c.Tx.QueryContext(ctx, query, args...)
	ended(err)
	return rows, err
}

// QueryRowContext reads.
func (c *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, ended := c.pool.observe(ctx, query)
	row := c.Tx.QueryRowContext(ctx, query, args...)
	ended(row.Err())
	return row
}

// Commit commits.
func (c *connection) Commit() error {
	_, ended := c.pool.observe(c.ctx, "COMMIT")
	err := c.Tx.Commit()
	ended(err)
	return err
}

// Rollback rolls back.
func (c *connection) Rollback() error {
	_, ended := c.pool.observe(c.ctx, "ROLLBACK")
	err := c.Tx.Rollback()
	ended(err)
	return err
}
