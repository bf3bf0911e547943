package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// recordReader reads the chain.
type recordReader interface {
	ChainState(ctx context.Context, at int64) (State, error)
	// SealedRecords are those with numbers after one and through another, in order.
	SealedRecords(ctx context.Context, after, through int64, limit int) ([]Entry, error)
	UnsealedRecords(ctx context.Context, limit int) ([]Entry, error)
}

// checkpointReader reads checkpoints.
type checkpointReader interface {
	// Checkpoints are those with numbers after one and through another, in order.
	Checkpoints(ctx context.Context, after, through int64, limit int) ([]Checkpoint, error)
	// Beginning is the last checkpoint that is marked as one, or provider.ErrNotFound.
	Beginning(ctx context.Context) (Checkpoint, error)
}

const (
	// readSize is how many rows verification holds in memory.
	readSize = 1000
	// sealWithin and signWithin are after what time a record that is not sealed, or that no
	// checkpoint covers, is a fault.
	sealWithin = time.Minute
	signWithin = 2*signEvery + sealWithin
)

// Report is what was verified.
type Report struct {
	// Records were verified, the first and the last of them with these numbers.
	Records, First, Last int64
	Checkpoints          int64
	// Unsealed tells that records wait which are not older than a minute.
	Unsealed bool
	// Checkpoint is the last one, nil where there is none.
	Checkpoint *Checkpoint
}

// Verifier checks the chain. Its memory does not grow with the log.
type Verifier struct {
	records     recordReader
	checkpoints checkpointReader
	keys        *Keys
	clock       provider.Clock
}

// NewVerifier makes a Verifier.
func NewVerifier(store interface {
	recordReader
	checkpointReader
}, keys *Keys, clock provider.Clock,
) *Verifier {
	return &Verifier{store, store, keys, clock}
}

// Verify walks the chain while servers may be at work, and returns a Fault for the first thing that
// is wrong. Kept, when not empty, is a checkpoint that was kept elsewhere, which the chain must
// contain. Progress is called now and then with the numbers reached and to be reached.
func (v *Verifier) Verify(ctx context.Context, kept string, progress func(at, through int64)) (Report, error) {
	for {
		w := &walk{Verifier: v, progress: progress}
		began, err := w.run(ctx, kept)
		var fault *Fault
		if !errors.As(err, &fault) {
			return w.report, err
		}
		if again, readErr := v.moved(ctx, fault, began, &w.state); readErr != nil || !again {
			return w.report, err
		}
	}
}

// moved tells whether servers changed the log in a way that explains the fault: old records were
// removed by retention, or a server seals what waited and has not signed it yet.
func (v *Verifier) moved(ctx context.Context, f *Fault, began int64, then *State) (bool, error) {
	if f.Kind == Unsigned {
		now, err := v.records.ChainState(ctx, 0)
		return err == nil && (!now.Last.equal(then.Last) || !now.signed().equal(then.signed())), err
	}
	beginning, err := v.beginning(ctx)
	return err == nil && beginning.Sequence > began, err
}

// beginning is the value that the first record must follow.
func (v *Verifier) beginning(ctx context.Context) (Link, error) {
	c, err := v.checkpoints.Beginning(ctx)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return Link{Hash: zero()}, nil
	case err != nil:
		return Link{}, fmt.Errorf("chain: read the beginning: %w", err)
	}
	list, err := v.keys.all(ctx)
	if err != nil {
		return Link{}, err
	}
	return Link{c.Sequence, c.Hash}, verifySignature(list, &c)
}

// walk is one pass over the chain.
type walk struct {
	*Verifier

	progress func(at, through int64)
	keys     []*key
	report   Report
	// link is the value that was reached, signed that of the last verified checkpoint.
	link, signed Link
	through      int64
	state        State
	kept         *Checkpoint
	upcoming     []Checkpoint
}

// run returns the number at which the chain began.
func (w *walk) run(ctx context.Context, kept string) (int64, error) {
	var err error
	if w.keys, err = w.Verifier.keys.all(ctx); err != nil {
		return 0, err
	}
	// All up to here is in the database when this is read: what is not found later is missing.
	if w.state, err = w.records.ChainState(ctx, 0); err != nil {
		return 0, fmt.Errorf("chain: read its end: %w", err)
	}
	w.through = w.state.head().Sequence
	if w.link, err = w.beginning(ctx); err != nil {
		return 0, err
	}
	w.signed = w.link
	began := w.link.Sequence
	if err := w.keep(kept); err != nil {
		return began, err
	}
	if err := w.before(ctx); err != nil {
		return began, err
	}
	if err := w.all(ctx); err != nil {
		return began, err
	}
	return began, w.waiting(ctx)
}

// keep reads the checkpoint that was kept elsewhere.
func (w *walk) keep(text string) error {
	if text == "" {
		return nil
	}
	c, ok := parseCheckpoint(text)
	if !ok {
		return errors.New("that is not a checkpoint")
	}
	if err := verifySignature(w.keys, c); err != nil {
		return err
	}
	switch {
	case c.Sequence > w.through:
		return &Fault{Kind: Removed, Sequence: w.through + 1, Through: c.Sequence}
	case c.Sequence < w.link.Sequence:
		return fmt.Errorf("the records up to %d were removed because they were old: that checkpoint, at %d, is of no use any more", w.link.Sequence, c.Sequence)
	case c.Sequence == w.link.Sequence && !bytes.Equal(c.Hash, w.link.Hash):
		return &Fault{Kind: Rewritten, Through: c.Sequence}
	}
	w.kept = c
	return nil
}

// before finds rows that stand before the beginning.
func (w *walk) before(ctx context.Context) error {
	entries, err := w.records.SealedRecords(ctx, math.MinInt64, w.link.Sequence, 1)
	if err != nil || len(entries) == 0 {
		return err
	}
	return &Fault{Kind: Inserted, Sequence: entries[0].Sequence, ID: entries[0].Record.ID}
}

// all walks the records and, beside them, the checkpoints.
func (w *walk) all(ctx context.Context) error {
	for w.link.Sequence < w.through {
		entries, err := w.records.SealedRecords(ctx, w.link.Sequence, w.through, readSize)
		if err != nil {
			return fmt.Errorf("chain: read records: %w", err)
		}
		if len(entries) == 0 {
			return w.missing(ctx, w.through)
		}
		for i := range entries {
			if err := w.record(ctx, entries, i); err != nil {
				return err
			}
		}
		w.progress(w.link.Sequence, w.through)
	}
	return nil
}

func (w *walk) record(ctx context.Context, entries []Entry, i int) error {
	e := &entries[i]
	if e.Sequence != w.link.Sequence+1 {
		return w.missing(ctx, e.Sequence-1)
	}
	if !bytes.Equal(e.Hash, e.after(w.link.Hash, e.Sequence)) {
		return w.diagnose(ctx, e)
	}
	w.link = Link{e.Sequence, e.Hash}
	if w.report.Records == 0 {
		w.report.First = e.Sequence
	}
	w.report.Records, w.report.Last = w.report.Records+1, e.Sequence
	if err := w.checkpoint(ctx); err != nil {
		return err
	}
	last := w.state.signed().Sequence
	if e.Sequence > last && e.Record.At.Before(w.clock.Now(ctx).Add(-signWithin)) {
		return &Fault{Kind: Unsigned, Sequence: e.Sequence, ID: e.Record.ID}
	}
	return nil
}

// checkpoint verifies the checkpoint at the number that was reached, if there is one.
func (w *walk) checkpoint(ctx context.Context) error {
	if w.kept != nil && w.kept.Sequence == w.link.Sequence && !bytes.Equal(w.kept.Hash, w.link.Hash) {
		return &Fault{Kind: Rewritten, Through: w.link.Sequence}
	}
	if len(w.upcoming) == 0 && w.link.Sequence <= w.state.signed().Sequence {
		var err error
		if w.upcoming, err = w.checkpoints.Checkpoints(ctx, w.link.Sequence-1, w.through, readSize); err != nil {
			return fmt.Errorf("chain: read checkpoints: %w", err)
		}
	}
	if len(w.upcoming) == 0 || w.upcoming[0].Sequence != w.link.Sequence {
		return nil
	}
	c := w.upcoming[0]
	w.upcoming = w.upcoming[1:]
	if err := verifySignature(w.keys, &c); err != nil {
		return err
	}
	if !bytes.Equal(c.Hash, w.link.Hash) {
		return &Fault{Kind: Rewritten, Sequence: w.signed.Sequence + 1, Through: c.Sequence}
	}
	w.signed = w.link
	w.report.Checkpoints++
	w.report.Checkpoint = &c
	return nil
}

// waiting finds a record that should be sealed by now.
func (w *walk) waiting(ctx context.Context) error {
	entries, err := w.records.UnsealedRecords(ctx, 1)
	if err != nil || len(entries) == 0 {
		return err
	}
	w.report.Unsealed = true
	if r := entries[0].Record; r.At.Before(w.clock.Now(ctx).Add(-sealWithin)) {
		return &Fault{Kind: Unsealed, ID: r.ID}
	}
	return nil
}
