package chain

import (
	"context"
	"errors"
	"fmt"
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
	// readSize is how many rows verification holds in memory, of at most half a megabyte each.
	readSize = 200
	// sealWithin and signWithin are after what time a record that is not sealed, or that no
	// checkpoint covers, is a fault.
	sealWithin = time.Minute
	signWithin = 2*signEvery + sealWithin
	// lateAfter is when the signature of a record is late, and mostLate of how many ranges the report
	// tells.
	lateAfter = time.Hour
	mostLate  = 20
)

// Report is what was verified.
type Report struct {
	// Records were verified, the first and the last of them with these numbers.
	Records, First, Last int64
	Checkpoints          int64
	// Reached is the value up to which everything is as it was sealed. Whole: from the beginning on. Partial: there is
	// more, see Options.Most.
	Reached        Link
	Whole, Partial bool
	// Unsealed tells that records wait which are not older than a minute.
	Unsealed bool
	// Checkpoint is the last one, nil where there is none.
	Checkpoint *Checkpoint
	// Unauthenticated is how many records have no MAC, and were admitted without it.
	Unauthenticated int64
	// Late are ranges of records that were signed much later than they were made, a few at most.
	Late []Late
}

// Late is a range of records that were signed much later than the oldest of them was made: no server
// ran in between, or somebody removed the chain over them, and a server made it anew.
type Late struct {
	First, Last  int64
	Made, Signed time.Time
}

// Options are what the operator knows and the database cannot prove.
type Options struct {
	// Kept, when not empty, is a checkpoint that was kept elsewhere: the chain must contain it.
	Kept string
	// UnauthenticatedUntil admits records without a MAC that were made before, by a version that gave them
	// none, and signed by then or within ten minutes.
	UnauthenticatedUntil time.Time
	// From, unless it is zero, is a value that was reached before: verification goes on after it.
	From Link
	// Most, unless it is zero, is after about how many records it stops.
	Most int64
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
// is wrong. Progress is called now and then with the numbers reached and to be reached.
func (v *Verifier) Verify(ctx context.Context, o Options, progress func(at, through int64)) (Report, error) {
	for {
		w := &walk{Verifier: v, Options: o, progress: progress}
		began, err := w.run(ctx)
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
