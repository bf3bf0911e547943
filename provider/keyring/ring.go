package keyring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

const firstKeyID = 1

// Ring holds the opened data keys. It is safe for concurrent use.
type Ring struct {
	store   Store
	gate    *audit.Gate
	masters []master
	clock   provider.Clock
	random  io.Reader
	keys    map[Purpose]*Key // the map is immutable; the data keys of each Key change
	// reading is held while the store is read: otherwise an older read could replace a newer one.
	reading sync.Mutex
	// learned is when an unknown key id from outside last caused a read.
	learned atomic.Pointer[time.Time]
}

// Open opens the keyring in store. Purposes without a data key get one, and keys sealed with a
// previous secret are resealed with the current one. Any number of replicas may open the same
// store at once and end up with the same keys. Random must be safe for concurrent use; the ring
// keeps reading nonces from it.
//
// It returns ErrShortSecret, ErrWrongSecret (with the fingerprints involved), ErrDamaged, or the
// error of the store. A wrong secret changes nothing in the store.
func Open(ctx context.Context, store Store, gate *audit.Gate, secrets Secrets, clock provider.Clock, random io.Reader) (*Ring, error) {
	masters, err := mastersOf(secrets)
	if err != nil {
		return nil, err
	}
	opened, err := load(ctx, store, masters)
	if err != nil {
		return nil, err
	}
	if missing := missingPurposes(opened); len(missing) > 0 {
		if err := addFirstKeys(ctx, store, masters, missing, clock, random); err != nil {
			return nil, err
		}
		// The stored rows are authoritative: another replica may have been first.
		if opened, err = load(ctx, store, masters); err != nil {
			return nil, err
		}
	}
	if err := reseal(ctx, store, masters, opened, random); err != nil {
		return nil, err
	}
	return newRing(&Ring{store: store, gate: gate, masters: masters, clock: clock, random: random, keys: map[Purpose]*Key{}}, opened)
}

// Read opens the keyring as it is and writes nothing: a purpose without a data key has none. It returns the
// errors of Open.
func Read(ctx context.Context, store Store, secrets Secrets, clock provider.Clock, random io.Reader) (*Ring, error) {
	masters, err := mastersOf(secrets)
	if err != nil {
		return nil, err
	}
	opened, err := load(ctx, store, masters)
	if err != nil {
		return nil, err
	}
	return newRing(&Ring{store: store, masters: masters, clock: clock, random: random, keys: map[Purpose]*Key{}}, opened)
}

// Key returns the key for p. It panics when p is none of the declared purposes.
func (r *Ring) Key(p Purpose) *Key {
	key, ok := r.keys[p]
	if !ok {
		panic("keyring: unknown purpose " + string(p))
	}
	return key
}

type openedRow struct {
	Row
	dataKey []byte
}

// load also opens rows for purposes that this version does not know: a newer version made them,
// and they must be resealed after a change of the secret like all others.
func load(ctx context.Context, store Store, masters []master) ([]openedRow, error) {
	rows, err := store.DataKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	opened := make([]openedRow, 0, len(rows))
	for _, row := range rows {
		dataKey, err := openRow(masters, row)
		if err != nil {
			return nil, err
		}
		opened = append(opened, openedRow{row, dataKey})
	}
	return opened, nil
}

func missingPurposes(opened []openedRow) []Purpose {
	present := map[Purpose]bool{}
	for _, row := range opened {
		present[row.Purpose] = true
	}
	var missing []Purpose
	for _, p := range purposes() {
		if !present[p] {
			missing = append(missing, p)
		}
	}
	return missing
}

func addFirstKeys(ctx context.Context, store Store, masters []master, missing []Purpose, clock provider.Clock, random io.Reader) error {
	for _, p := range missing {
		var dataKey [keySize]byte
		if _, err := io.ReadFull(random, dataKey[:]); err != nil {
			return fmt.Errorf("keyring: no randomness: %w", err)
		}
		row := sealRow(masters, Row{Purpose: p, KeyID: firstKeyID, ActiveFrom: clock.Now(ctx)}, dataKey[:], random)
		if err := store.AddDataKey(ctx, row); err != nil && !errors.Is(err, provider.ErrConflict) {
			return fmt.Errorf("add data key for %s: %w", p, err)
		}
	}
	return nil
}

func reseal(ctx context.Context, store Store, masters []master, opened []openedRow, random io.Reader) error {
	for _, row := range opened {
		if row.SealedBy == masters[0].fingerprint {
			continue
		}
		if err := store.ResealDataKey(ctx, sealRow(masters, row.Row, row.dataKey, random), row.SealedBy); err != nil {
			return fmt.Errorf("seal key %d for %s again: %w", row.KeyID, row.Purpose, err)
		}
	}
	return nil
}

func newRing(ring *Ring, opened []openedRow) (*Ring, error) {
	for _, p := range purposes() {
		ring.keys[p] = &Key{purpose: p, random: ring.random, clock: ring.clock, learn: ring.learn}
	}
	return ring, ring.take(opened)
}
