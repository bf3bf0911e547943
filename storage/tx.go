package storage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// How often and after which pause a transaction that lost against another is tried again.
const (
	maxTries   = 6
	firstPause = 5 * time.Millisecond
)

// settleTime is how long a commit, or a detached transaction, may go on after its caller
// hung up. Whether it happened must not depend on the caller's patience: a client that
// went away during a rotation comes back with the old token.
const settleTime = 5 * time.Second

var errNestedDetached = errors.New("storage: Detached inside a transaction would wait for it for ever")

type txKey struct{}

// on is the transaction of ctx or, outside one, the pool.
func (s *Store) on(ctx context.Context) *gorm.DB {
	db := s.db.WithContext(ctx)
	db.Statement.ConnPool = s.conn(ctx)
	return db
}

// InTx runs fn in a transaction, the surrounding one if there is one. All of it has one
// instant. When fn fails everything is rolled back; when the transaction lost against
// another one, fn runs again from the beginning, so it must not keep anything from a
// failed try.
func (s *Store) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{}).(*connection); ok {
		return fn(ctx)
	}
	return s.retry(ctx, func() error { return s.once(ctx, fn) })
}

// Detached runs fn in a transaction of its own that ends well even if the caller hangs up:
// for what must happen because a request was refused, whose own transaction is rolled
// back. It must not be called inside InTx.
func (s *Store) Detached(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{}).(*connection); ok {
		return errNestedDetached
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return s.retry(ctx, func() error { return s.once(ctx, fn) })
}

func (s *Store) once(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	// The transaction must not be rolled back behind our back when the caller goes away
	// between the last statement and the commit.
	settle, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	begun, err := s.pool.BeginTx(settle, nil)
	if err != nil {
		return s.fault(err)
	}
	tx, ok := begun.(*connection)
	if !ok {
		return fmt.Errorf("storage: unexpected connection %T", begun)
	}
	defer func() {
		if r := recover(); r != nil {
			_ = tx.Rollback() // the panic is the news
			panic(r)
		}
	}()
	var commit provider.Commit
	inside := provider.WithCommit(context.WithValue(ctx, txKey{}, tx), &commit)
	inside = provider.WithInstant(inside, s.clock.Now(ctx))
	if err := fn(inside); err != nil {
		_ = tx.Rollback() // the error of fn is the news
		return err
	}
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.Canceled) {
		_ = tx.Rollback() // out of time
		return s.fault(ctx.Err())
	}
	if err := s.commit(tx, cancel); err != nil {
		return s.fault(err)
	}
	commit.Done()
	return nil
}

func (s *Store) commit(tx *connection, abandon context.CancelFunc) error {
	timer := time.AfterFunc(settleTime, abandon)
	defer timer.Stop()
	return tx.Commit()
}

// retry repeats act while it says that it lost against another transaction. Inside a
// transaction it is the whole of that which must be repeated.
func (s *Store) retry(ctx context.Context, act func() error) error {
	if _, ok := ctx.Value(txKey{}).(*connection); ok {
		return act()
	}
	pause := firstPause
	for try := 1; ; try++ {
		err := act()
		if err == nil || !errors.Is(err, errAgain) || try == maxTries {
			return err
		}
		// Random, so that those who collided do not collide again.
		wait := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // spreads load, protects nothing
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
		pause *= 2
	}
}
