package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// batchSize limits how many records a transaction seals.
const batchSize = 500

// sealStore stores the chain.
type sealStore interface {
	// ChainState is the end of the chain, and the value at the given number.
	ChainState(ctx context.Context, at int64) (State, error)
	// UnsealedRecords are those that have no place in the chain, by id.
	UnsealedRecords(ctx context.Context, limit int) ([]Entry, error)
	// SealRecord returns provider.ErrStale when the record is sealed, and provider.ErrConflict when
	// the number is taken: another server was first.
	SealRecord(ctx context.Context, id provider.ID, link Link) error
	// AddCheckpoint returns provider.ErrConflict when there is one at the number.
	AddCheckpoint(ctx context.Context, c Checkpoint) error
}

// transactor runs fn in one transaction.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Sealer seals records and signs checkpoints.
type Sealer struct {
	store  sealStore
	tx     transactor
	keys   *Keys
	events publisher
	clock  provider.Clock

	mu sync.Mutex
	// seen is the end of the chain as this process last read it, signed its last checkpoint.
	seen, signed Link
}

// NewSealer makes a Sealer for a process.
func NewSealer(store sealStore, tx transactor, keys *Keys, events publisher, clock provider.Clock) *Sealer {
	return &Sealer{store: store, tx: tx, keys: keys, events: events, clock: clock, seen: Link{Hash: zero()}, signed: Link{Hash: zero()}}
}

// Due tells whether there is something to seal or to sign.
func (s *Sealer) Due(ctx context.Context) (bool, error) {
	state, err := s.state(ctx)
	if err != nil {
		return false, err
	}
	return state.Oldest != nil || state.unsigned(s.clock.Now(ctx)), nil
}

// Seal seals all records that wait, and signs a checkpoint if one is due. It returns the number of
// records.
func (s *Sealer) Seal(ctx context.Context) (int, error) {
	sealed := 0
	for {
		n, err := s.batch(ctx)
		sealed += n
		if errors.Is(err, provider.ErrStale) || errors.Is(err, provider.ErrConflict) {
			return sealed, nil // another server seals
		}
		if err != nil {
			return sealed, fmt.Errorf("chain: seal: %w", err)
		}
		if n == batchSize && sealed%signRecords != 0 {
			continue
		}
		if err := s.sign(ctx); err != nil {
			return sealed, fmt.Errorf("chain: sign: %w", err)
		}
		if n < batchSize {
			return sealed, nil
		}
	}
}

// batch seals the next records in one transaction.
func (s *Sealer) batch(ctx context.Context) (int, error) {
	sealed := 0
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		sealed = 0
		state, err := s.state(ctx)
		if err != nil {
			return err
		}
		entries, err := s.store.UnsealedRecords(ctx, batchSize)
		if err != nil {
			return err
		}
		link := state.head()
		for i := range entries {
			next := link.Sequence + 1
			link = Link{next, entries[i].after(link.Hash, next)}
			if err := s.store.SealRecord(ctx, entries[i].Record.ID, link); err != nil {
				return err
			}
			sealed++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return sealed, nil
}

// sign signs a checkpoint if one is due.
func (s *Sealer) sign(ctx context.Context) error {
	state, err := s.state(ctx)
	now := s.clock.Now(ctx)
	if err != nil || !state.unsigned(now) {
		return err
	}
	k, err := s.keys.signer(ctx)
	if err != nil {
		return err
	}
	c := Checkpoint{Sequence: state.Last.Sequence, Hash: state.Last.Hash, At: now}
	if err := c.sign(k); err != nil {
		return err
	}
	switch err := s.store.AddCheckpoint(ctx, c); {
	case errors.Is(err, provider.ErrConflict):
		return nil // another server signed it
	case err != nil:
		return err
	}
	s.mu.Lock()
	s.signed = state.Last
	s.mu.Unlock()
	text, err := c.JWS()
	s.events.Publish(ctx, event.AuditSigned{Sequence: c.Sequence, Checkpoint: text})
	return err
}
