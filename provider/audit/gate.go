package audit

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// ErrForbidden: the actor may not do that.
var ErrForbidden = errors.New("not allowed to do that")

// appender stores records.
type appender interface {
	AppendRecord(ctx context.Context, r Record) error
}

// transactor runs fn in one transaction, the surrounding one if there is one.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Gate is what every administrative act passes.
type Gate struct {
	records appender
	tx      transactor
	events  publisher
	clock   provider.Clock
	random  io.Reader
}

// NewGate makes a Gate.
func NewGate(records appender, tx transactor, events publisher, clock provider.Clock, random io.Reader) *Gate {
	return &Gate{records: records, tx: tx, events: events, clock: clock, random: random}
}

// Do authorizes the actor, carries out act and records it, in one transaction. Changes that are empty,
// and not nil, mean that everything is as it was, of which there is no record. After a conflict with
// a concurrent transaction act runs again from the beginning. It returns ErrForbidden, without
// calling act, or the error of act; then nothing has changed.
func (g *Gate) Do(ctx context.Context, actor Actor, action Action, target Target, act func(ctx context.Context) (Changes, error)) error {
	if err := actor.RequireAll([]string{action.Scope()}); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return g.tx.InTx(ctx, func(ctx context.Context) error {
		id, err := g.keep(ctx, actor, action, target, act)
		if err == nil && !id.IsZero() {
			g.events.Publish(ctx, event.Administered{
				RecordID: id, ActorKind: string(actor.Kind), Actor: actor.ID, Action: string(action), TargetType: string(target.Type), Target: target.ID,
			})
		}
		return err
	})
}

// Record carries out what a user or client does for themself, or what follows from a request, such as
// the end of a grant whose token was stolen, and records it in the same transaction. That needs no
// authority; else it is like Do.
func (g *Gate) Record(ctx context.Context, actor Actor, action Action, target Target, act func(ctx context.Context) (Changes, error)) error {
	return g.tx.InTx(ctx, func(ctx context.Context) error {
		_, err := g.keep(ctx, actor, action, target, act)
		return err
	})
}

// keep returns the id of the record, or the zero id where nothing has changed.
func (g *Gate) keep(ctx context.Context, actor Actor, action Action, target Target, act func(ctx context.Context) (Changes, error)) (provider.ID, error) {
	changes, err := act(ctx)
	if err != nil {
		return provider.ID{}, err
	}
	if changes != nil && len(changes) == 0 {
		return provider.ID{}, nil // as it was before
	}
	if changes == nil {
		changes = Changes{}
	}
	// Not the instant at which the transaction began: it may have waited for another act on the
	// same thing, whose record must come first.
	now := g.clock.Real()
	r := Record{ID: provider.NewID(now, g.random), At: now, Actor: actor.storable(), Action: action, Target: target, Changes: changes, Outcome: Done}
	if err := g.records.AppendRecord(ctx, r); err != nil {
		return provider.ID{}, fmt.Errorf("audit: record %s: %w", action, err)
	}
	return r.ID, nil
}
