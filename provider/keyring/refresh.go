package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Refresh reads the data keys again, for when another process changed them. Those that are
// known stay good even if they were sealed by a secret since that this process does not have:
// it serves on until it is restarted with that. It returns ErrWrongSecret or ErrDamaged for one
// that is new and does not open, after taking the others.
func (r *Ring) Refresh(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	rows, err := r.store.DataKeys(ctx)
	if err != nil {
		return fmt.Errorf("read data keys: %w", err)
	}
	var opened []openedRow
	var unopened error
	for _, row := range rows {
		dataKey, err := openRow(r.masters, row)
		if err != nil && !r.knows(row) {
			unopened = errors.Join(unopened, err)
			continue
		}
		opened = append(opened, openedRow{row, dataKey})
	}
	return errors.Join(r.take(opened), unopened)
}

func (r *Ring) knows(row Row) bool {
	key := r.keys[row.Purpose]
	return key != nil && key.known.Load().byID[row.KeyID] != nil
}

// take makes the opened data keys the known ones. Those that are known already stay, with the
// hashes that they keep ready.
func (r *Ring) take(opened []openedRow) error {
	lists := map[Purpose][]*dataKey{}
	for _, row := range opened {
		key := r.keys[row.Purpose]
		if key == nil {
			continue // of a newer version
		}
		var d *dataKey
		if known := key.known.Load(); known != nil {
			d = known.byID[row.KeyID]
		}
		if d == nil {
			d = newDataKey(row.KeyID, row.ActiveFrom, row.dataKey)
		}
		lists[row.Purpose] = append(lists[row.Purpose], d)
	}
	for _, p := range purposes() {
		if len(lists[p]) == 0 {
			return fmt.Errorf("keyring: the data key for %s is not there: %w", p, provider.ErrNotFound)
		}
	}
	for p, list := range lists {
		r.keys[p].known.Store(newDataKeys(list, r.keys[p].now()))
	}
	return nil
}

const (
	// learnPause is how often key ids that callers make up may cost a statement.
	learnPause = time.Second
	// learnTime bounds how long whoever met an unknown key id waits.
	learnTime = 2 * time.Second
)

// learn reads the data keys for one that somebody met and we do not know. Every process hears
// of a new one before it is used, so this is for one that could not: it had lost the database,
// or stood still. Hashing and opening have no context, and no error for a database that is
// away: the value is refused then, as everything else is.
func (r *Ring) learn(fromOutside bool) {
	now := r.clock()
	if last := r.learned.Load(); fromOutside && last != nil && now.Sub(*last) < learnPause && !now.Before(*last) {
		return
	}
	if fromOutside {
		r.learned.Store(&now)
	}
	ctx, cancel := context.WithTimeout(context.Background(), learnTime)
	defer cancel()
	_ = r.Refresh(ctx) // see above
}
