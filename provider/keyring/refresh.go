package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Refresh reads the data keys again, after another process changed them. Known keys stay usable
// even if they were resealed since with a secret that this process does not have: it keeps working
// until it is restarted with that secret. It returns ErrWrongSecret or ErrDamaged for a new key
// that does not open, after taking the others.
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

// take makes the opened data keys the known ones. Those already known are kept, with their pools
// of prepared hashes.
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
	// learnPause limits how often made-up key ids can cost a statement.
	learnPause = time.Second
	// learnTime limits how long a request with an unknown key id waits.
	learnTime = 2 * time.Second
)

// learn reads the data keys after an unknown key id was found. Every process normally reads a new
// key before it is used, so this is for one that could not: it had lost the database connection,
// or was suspended. Hashing and opening have neither a context nor an error for an unavailable
// database: the value is then refused like any other unknown one.
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
