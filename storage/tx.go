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

// The number and the pauses of retries after a conflict with a concurrent transaction.
const (
	maxTries   = 6
	firstPause = 5 * time.Millisecond
	// mostBeforehand is how often a transaction may ask for something to be done before it.
	mostBeforehand = 3
)

// settleTime is how long a commit, or a detached transaction, may continue after its caller hung
// up. Whether it happened must not depend on the caller: a client that disconnected during a
// rotation comes back with the old token.
const settleTime = 5 * time.Second

var errNestedDetached = errors.New("storage: Detached inside a transaction would wait for it for ever")

type txKey struct{}

// on is the transaction of ctx or, outside one, the pool.
func (s *Store) on(ctx context.Context) *gorm.DB {
	db := s.db.WithContext(ctx)
	db.Statement.ConnPool = s.conn(ctx)
	return db
}

// InTx runs fn in a transaction, the surrounding one if there is one. All of it has one current
// time. When fn fails everything is rolled back; after a conflict with a concurrent transaction, and
// after *provider.Beforehand, fn runs again from the beginning, so it must not keep state from a failed
// attempt.
func (s *Store) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{}).(*connection); ok {
		return fn(ctx)
	}
	for asked := 0; ; asked++ {
		err := s.retry(ctx, func() error { return s.once(ctx, fn) })
		var first *provider.Beforehand
		if !errors.As(err, &first) || asked == mostBeforehand {
			return err
		}
		if ctx, err = first.Do(ctx); err != nil {
			return err
		}
	}
}

// Detached runs fn in a separate transaction that completes even if the caller hangs up: for the
// consequences of a refused request, whose own transaction is rolled back. It must not be called
// inside InTx.
func (s *Store) Detached(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := ctx.Value(txKey{}).(*connection); ok {
		return errNestedDetached
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return s.retry(ctx, func() error { return s.once(ctx, fn) })
}

func (s *Store) once(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	// database/sql must not roll the transaction back when the caller is canceled between the last
	// statement and the commit.
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
			_ = tx.Rollback() // the panic is more important
			panic(r)
		}
	}()
	commit := provider.Commit{Outside: ctx}
	inside := provider.WithCommit(context.WithValue(ctx, txKey{}, tx), &commit)
	inside = provider.WithInstant(inside, s.clock.Now(ctx))
	if err := fn(inside); err != nil {
		_ = tx.Rollback() // the error of fn is more important
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

// retry repeats act while it fails with a conflict with a concurrent transaction. Inside a
// transaction the whole transaction must be repeated.
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
		// Random, so that colliding transactions do not collide again.
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
