package keyring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Ahead is the default time between adding a data key and using it: long enough for every server
// to read it.
const Ahead = 15 * time.Second

// ErrFull: a purpose has had as many data keys as one byte can number.
var ErrFull = errors.New("the keyring is full: no more data keys can be numbered")

// ErrRotating: another rotation took place at the same time.
var ErrRotating = errors.New("another rotation of the keyring is in progress")

// Rotate adds a data key for each purpose, which makes new values from the given time on. The old
// ones still verify and open their values. The purposes whose values must stay the same keep their one data key: it
// is sealed anew when the secret changes, like all others. It returns ErrFull or ErrRotating.
func (r *Ring) Rotate(ctx context.Context, actor audit.Actor, activeFrom time.Time) error {
	if err := r.Refresh(ctx); err != nil {
		return err
	}
	var added []Row
	for _, p := range purposes() {
		if permanent(p) {
			continue
		}
		newest := r.keys[p].IDs()[0]
		if newest == 255 {
			return fmt.Errorf("%w (%s)", ErrFull, p)
		}
		var dataKey [keySize]byte
		if _, err := io.ReadFull(r.random, dataKey[:]); err != nil {
			return fmt.Errorf("keyring: no randomness: %w", err)
		}
		row := Row{Purpose: p, KeyID: newest + 1, ActiveFrom: activeFrom}
		added = append(added, sealRow(r.masters, row, dataKey[:], r.random))
	}
	err := r.gate.Do(ctx, actor, audit.KeyringRotate, audit.Target{Type: audit.Keyring}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"active_from": activeFrom}), r.store.ChangeDataKeys(ctx, added, nil)
	})
	if err != nil {
		if errors.Is(err, provider.ErrConflict) {
			return ErrRotating
		}
		return fmt.Errorf("add data keys: %w", err)
	}
	return r.Refresh(ctx)
}

// Retire removes the data keys whose values have all expired, counted from when a successor took
// over, and returns their number. Until then their values are accepted, so this also bounds how
// long a thief of an old data key can forge values with it.
func (r *Ring) Retire(ctx context.Context, actor audit.Actor) (int, error) {
	rows, err := r.store.DataKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("read data keys: %w", err)
	}
	now := r.clock.Now(ctx)
	slices.SortFunc(rows, func(a, b Row) int { return int(a.KeyID) - int(b.KeyID) })
	var removed []Row
	for i, row := range rows {
		serves, ends := serves(row.Purpose)
		successor := slices.IndexFunc(rows[i+1:], func(next Row) bool { return next.Purpose == row.Purpose })
		if ends && successor >= 0 && !now.Before(rows[i+1+successor].ActiveFrom.Add(serves)) {
			removed = append(removed, row)
		}
	}
	if len(removed) == 0 {
		return 0, nil
	}
	err = r.gate.Do(ctx, actor, audit.KeyringRetire, audit.Target{Type: audit.Keyring}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"data_keys": len(removed)}), r.store.ChangeDataKeys(ctx, nil, removed)
	})
	if err != nil {
		return 0, fmt.Errorf("remove data keys: %w", err)
	}
	return len(removed), r.Refresh(ctx)
}

// List returns the stored data keys.
func (r *Ring) List(ctx context.Context) ([]Row, error) { return r.store.DataKeys(ctx) }
