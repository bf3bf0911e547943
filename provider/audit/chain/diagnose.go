package chain

import (
	"bytes"
	"context"
	"fmt"
	"math"
)

// mostMissing is how many removed records are recognized where the numbers after them were changed
// to close the gap.
const mostMissing = 1000

// missing tells what became of the records after the one that was reached: another one may have
// their number now.
func (w *walk) missing(ctx context.Context, through int64) error {
	// An end that a forged checkpoint promises proves nothing.
	if c := w.state.Checkpoint; c != nil && c.Sequence > w.state.Last.Sequence && through == w.through {
		if err := verifySignature(w.keys, c); err != nil {
			return err
		}
	}
	found, err := w.belongsNext(ctx)
	if err != nil {
		return err
	}
	if found != nil {
		return &Fault{Kind: Reordered, Sequence: found.Sequence, ID: found.Record.ID, Other: found.Record.ID, Through: w.link.Sequence + 1}
	}
	return &Fault{Kind: Removed, Sequence: w.link.Sequence + 1, Through: through}
}

// diagnose tells what happened to a record that is not the one that was sealed with its number.
func (w *walk) diagnose(ctx context.Context, e *Entry) error {
	found, err := w.belongsNext(ctx)
	if err != nil {
		return err
	}
	fault := &Fault{Kind: Changed, Sequence: e.Sequence, Through: e.Sequence, ID: e.Record.ID}
	if found == nil {
		n, err := w.renumbered(ctx, e)
		if err != nil {
			return err
		}
		if n > 0 {
			fault.Kind, fault.Through = Removed, e.Sequence+n-1
		}
		return fault
	}
	fault.Kind, fault.Other = Inserted, found.Record.ID
	// A record that was sealed elsewhere was moved here; one that was sealed nowhere is new.
	moved := bytes.Equal(e.Hash, e.after(found.Hash, e.Sequence+1))
	if !moved && found.Sequence > e.Sequence+1 {
		before, err := w.records.SealedRecords(ctx, found.Sequence-2, found.Sequence-1, 1)
		if err != nil {
			return fmt.Errorf("chain: read records: %w", err)
		}
		moved = len(before) == 1 && bytes.Equal(e.Hash, e.after(before[0].Hash, found.Sequence))
	}
	if moved {
		fault.Kind = Reordered
	}
	return fault
}

// belongsNext searches the rest of the log for the record that was sealed after the one that was
// reached.
func (w *walk) belongsNext(ctx context.Context) (*Entry, error) {
	for at := w.link.Sequence; ; {
		entries, err := w.records.SealedRecords(ctx, at, math.MaxInt64, readSize)
		if err != nil {
			return nil, fmt.Errorf("chain: read records: %w", err)
		}
		for i := range entries {
			if bytes.Equal(entries[i].Hash, entries[i].after(w.link.Hash, w.link.Sequence+1)) {
				return &entries[i], nil
			}
		}
		if len(entries) < readSize {
			return nil, nil //nolint:nilnil // there is none
		}
		at = entries[len(entries)-1].Sequence
	}
}

// renumbered tells by how much the numbers from a record on are too low, because those before it
// were removed: the next record was sealed after it, with a higher number.
func (w *walk) renumbered(ctx context.Context, e *Entry) (int64, error) {
	next, err := w.records.SealedRecords(ctx, e.Sequence, math.MaxInt64, 1)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	for n := range int64(mostMissing) {
		if bytes.Equal(next[0].Hash, next[0].after(e.Hash, next[0].Sequence+n+1)) {
			return n + 1, nil
		}
	}
	return 0, nil
}
