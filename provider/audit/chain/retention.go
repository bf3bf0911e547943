package chain

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// MinRetention is the least time for which records can be kept: somebody must have the time to see
// them.
const MinRetention = 24 * time.Hour

// retentionSlack is how much longer records may be kept, so that what removes them, which is an act
// and recorded, does so once for many.
const retentionSlack = time.Hour

// checkpointsAtOnce is how many checkpoints are looked at for one removal.
const checkpointsAtOnce = 1000

// retentionStore removes the beginning of the chain.
type retentionStore interface {
	checkpointReader
	// Begin replaces the signature of a checkpoint that marks it as the beginning, and removes the
	// records up to it and the checkpoints before it. It returns the number of records.
	Begin(ctx context.Context, c Checkpoint) (int64, error)
}

// gate authorizes and records acts.
type gate interface {
	Do(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// Retention removes old records.
type Retention struct {
	store retentionStore
	gate  gate
	keys  *Keys
	clock provider.Clock
	keep  time.Duration
}

// NewRetention makes a Retention that keeps records for a time.
func NewRetention(store retentionStore, g gate, keys *Keys, clock provider.Clock, keep time.Duration) *Retention {
	return &Retention{store, g, keys, clock, keep}
}

// Remove removes what is too old, by whole checkpoints, each in a transaction of its own that leaves
// a chain which verifies. What a checkpoint covers is older than the checkpoint. It returns the
// number of records.
func (r *Retention) Remove(ctx context.Context, actor audit.Actor) (int64, error) {
	before := r.clock.Now(ctx).Add(-r.keep)
	var removed int64
	for due := before.Add(-retentionSlack); ; due = before {
		c, err := r.next(ctx, due, before)
		if err != nil || c == nil {
			return removed, err
		}
		var n int64
		err = r.gate.Do(ctx, actor, audit.LogExpire, audit.Target{Type: audit.Log}, func(ctx context.Context) (audit.Changes, error) {
			n, err = r.store.Begin(ctx, *c)
			return audit.Details(map[string]any{"through": c.Sequence, "records": n}), err
		})
		if err != nil {
			return removed, fmt.Errorf("chain: remove old records: %w", err)
		}
		removed += n
	}
}

// next is the checkpoint up to which records are removed next, signed as the beginning: the last of
// those before a time that cover few enough records. It returns nil unless the first is due.
func (r *Retention) next(ctx context.Context, due, before time.Time) (*Checkpoint, error) {
	began, err := (&Verifier{checkpoints: r.store, keys: r.keys}).beginning(ctx)
	if err != nil {
		return nil, err
	}
	list, err := r.store.Checkpoints(ctx, began.Sequence, math.MaxInt64, checkpointsAtOnce)
	if err != nil {
		return nil, fmt.Errorf("chain: read checkpoints: %w", err)
	}
	if len(list) == 0 || !list[0].At.Before(due) {
		return nil, nil //nolint:nilnil // there is none
	}
	last := 0
	for i := range list {
		if list[i].At.Before(before) && list[i].Sequence <= began.Sequence+signRecords {
			last = i
		}
	}
	c := &list[last]
	known, err := r.keys.all(ctx)
	if err != nil {
		return nil, err
	}
	if err := verifySignature(known, c); err != nil { // signing it again would make it look right
		return nil, err
	}
	k, err := r.keys.signer(ctx)
	if err != nil {
		return nil, err
	}
	c.Beginning = true
	return c, c.sign(k)
}
