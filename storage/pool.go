package storage

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// pool is what GORM talks to. It tells whoever counts about each statement, and sends
// those that write to the connection that may.
type pool struct {
	read, write *sql.DB
	onStatement func(ctx context.Context)
}

var (
	_ gorm.ConnPool         = (*pool)(nil)
	_ gorm.ConnPoolBeginner = (*pool)(nil)
	_ gorm.TxCommitter      = (*connection)(nil)
)

func (p *pool) count(ctx context.Context) {
	if p.onStatement != nil {
		p.onStatement(ctx)
	}
}

// PrepareContext is part of gorm.ConnPool; the drivers prepare by themselves.
func (p *pool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.write.PrepareContext(ctx, query)
}

// ExecContext writes.
func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.count(ctx)
	return p.write.ExecContext(ctx, query, args...)
}

// QueryContext reads.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.count(ctx)
	return p.read.QueryContext(ctx, query, args...)
}

// QueryRowContext reads.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.count(ctx)
	return p.read.QueryRowContext(ctx, query, args...)
}

// BeginTx begins a transaction on the connection that may write.
func (p *pool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	p.count(ctx)
	tx, err := p.write.BeginTx(ctx, opts)
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
	ctx  context.Context //nolint:containedctx // Commit has no parameter for whom to count for
}

// ExecContext counts and writes.
func (c *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.pool.count(ctx)
	return c.Tx.ExecContext(ctx, query, args...)
}

// QueryContext counts and reads.
func (c *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.pool.count(ctx)
	return c.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext counts and reads.
func (c *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.pool.count(ctx)
	return c.Tx.QueryRowContext(ctx, query, args...)
}

// Commit counts and commits.
func (c *connection) Commit() error {
	c.pool.count(c.ctx)
	return c.Tx.Commit()
}

// Rollback counts and rolls back.
func (c *connection) Rollback() error {
	c.pool.count(c.ctx)
	return c.Tx.Rollback()
}
