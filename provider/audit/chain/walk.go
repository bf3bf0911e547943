package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// walk is one pass over the chain.
type walk struct {
	*Verifier
	Options

	progress func(at, through int64)
	keys     []*key
	report   Report
	// link is the value that was reached, signed that of the last verified checkpoint.
	link, signed Link
	through      int64
	state        State
	kept         *Checkpoint
	upcoming     []Checkpoint
	// oldest is when the oldest record after the last verified checkpoint was made.
	oldest time.Time
	// unproved is how many records after that checkpoint have no MAC, the first of them being the fault
	// unless a checkpoint admits them.
	unproved int64
	fault    *Fault
}

// run returns the number at which the chain began.
func (w *walk) run(ctx context.Context) (int64, error) {
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
	began := w.link.Sequence
	if err := w.resume(ctx); err != nil {
		return began, err
	}
	w.signed = w.link
	if err := w.keep(w.Kept); err != nil {
		return began, err
	}
	if err := w.before(ctx); err != nil {
		return began, err
	}
	if err := w.all(ctx); err != nil || w.report.Partial {
		return began, err
	}
	if err := w.waiting(ctx); err != nil {
		return began, err
	}
	return began, w.wiped(w.clock.Now(ctx))
}

// wiped: a log of which nothing is left, not even the checkpoint up to which old records were removed.
// Whatever acts on the database makes the key first, shortly before.
func (w *walk) wiped(now time.Time) error {
	if len(w.keys) == 0 || w.through > 0 || w.report.Unsealed || w.link.Sequence > 0 {
		return nil
	}
	if age := now.Sub(w.keys[0].made); age >= 0 && age < sealWithin {
		return nil
	}
	return &Fault{Kind: Wiped, KeyID: w.keys[0].id}
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
		if fault, ok := err.(*Fault); ok { //nolint:errorlint // it is made there
			fault.Given = true
		}
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

// resume goes on after what was verified before, which must still be there.
func (w *walk) resume(ctx context.Context) error {
	from := w.From
	w.report.Reached = w.link
	switch {
	case from.Sequence < w.link.Sequence || from.Sequence == 0: // old records were removed
		w.report.Whole = true
		return nil
	case from.Sequence > w.through:
		return &Fault{Kind: Removed, Sequence: w.through + 1, Through: from.Sequence}
	case from.Sequence > w.link.Sequence:
		entries, err := w.records.SealedRecords(ctx, from.Sequence-1, from.Sequence, 1)
		if err != nil {
			return fmt.Errorf("chain: read records: %w", err)
		}
		if len(entries) == 0 {
			return &Fault{Kind: Removed, Sequence: from.Sequence, Through: from.Sequence}
		}
		w.link = Link{from.Sequence, entries[0].Hash}
	}
	if !w.link.equal(from) {
		return &Fault{Kind: Rewritten, Through: from.Sequence}
	}
	w.report.Reached = w.link
	return nil
}

// before finds rows that stand before the beginning.
func (w *walk) before(ctx context.Context) error {
	if !w.report.Whole {
		return nil
	}
	entries, err := w.records.SealedRecords(ctx, math.MinInt64, w.link.Sequence, 1)
	if err != nil || len(entries) == 0 {
		return err
	}
	return &Fault{Kind: Inserted, Sequence: entries[0].Sequence, ID: entries[0].Record.ID}
}

// all walks the records and, beside them, the checkpoints.
func (w *walk) all(ctx context.Context) error {
	for w.link.Sequence < w.through {
		if w.Most > 0 && w.report.Records >= w.Most && w.fault == nil {
			w.report.Partial = true
			return nil
		}
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
	if err := w.authenticate(e); err != nil {
		return err
	}
	w.link = Link{e.Sequence, e.Hash}
	w.report.Reached = w.link
	if w.oldest.IsZero() || e.Record.At.Before(w.oldest) {
		w.oldest = e.Record.At
	}
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
	if c.At.Sub(w.oldest) > lateAfter && len(w.report.Late) < mostLate {
		w.report.Late = append(w.report.Late, Late{w.signed.Sequence + 1, c.Sequence, w.oldest, c.At})
	}
	if err := w.admit(c.At); err != nil {
		return err
	}
	w.signed, w.oldest = w.link, time.Time{}
	w.report.Checkpoints++
	w.report.Checkpoint = &c
	return nil
}

// authenticate checks the MAC of a record. One that is wrong is never admitted.
func (w *walk) authenticate(e *Entry) error {
	if e.authentic(w.keys) {
		return nil
	}
	missing := len(e.Record.MAC) == 0
	fault := &Fault{Kind: Unauthenticated, Sequence: e.Sequence, ID: e.Record.ID, Missing: missing}
	if !missing || !e.Record.At.Before(w.UnauthenticatedUntil) {
		return fault
	}
	if w.unproved++; w.fault == nil {
		w.fault = fault
	}
	return nil
}

// admitWithin is after what time a record of the older version must have been signed: when that version
// had stopped, servers of this one chained and signed what it left.
const admitWithin = 10 * time.Minute

// admit admits the records without a MAC since the last checkpoint, which were signed at a time, or are
// not signed at present. The time that such a record has is whatever its writer chose: only the signature shows that
// it was there.
func (w *walk) admit(at time.Time) error {
	if w.fault != nil && at.After(w.UnauthenticatedUntil.Add(admitWithin)) {
		return w.fault
	}
	w.report.Unauthenticated += w.unproved
	w.unproved, w.fault = 0, nil
	return nil
}

// waiting checks the records that are not sealed yet, and finds one that should be by now.
func (w *walk) waiting(ctx context.Context) error {
	entries, err := w.records.UnsealedRecords(ctx, readSize)
	if err != nil {
		return err
	}
	for i := range entries {
		if err := w.authenticate(&entries[i]); err != nil {
			return err
		}
	}
	if err := w.admit(w.clock.Now(ctx)); err != nil || len(entries) == 0 {
		return err
	}
	w.report.Unsealed = true
	if r := entries[0].Record; r.At.Before(w.clock.Now(ctx).Add(-sealWithin)) {
		return &Fault{Kind: Unsealed, ID: r.ID}
	}
	return nil
}
