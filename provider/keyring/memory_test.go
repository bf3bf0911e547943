package keyring_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

// memory is a store in memory with a unique purpose and key id and a conditional reseal.
type memory struct {
	mu   sync.Mutex
	rows []keyring.Row
	// firstRead, when set, is called between reading and returning the rows, for the first calls
	// only: the window in which replicas race.
	firstRead func()
	fail      error
	reads     int
}

func (m *memory) DataKeys(context.Context) ([]keyring.Row, error) {
	m.mu.Lock()
	m.reads++
	rows, wait := slices.Clone(m.rows), m.firstRead
	m.mu.Unlock()
	if wait != nil && len(rows) == 0 {
		wait()
	}
	return rows, m.fail
}

func (m *memory) find(p keyring.Purpose, id byte) *keyring.Row {
	for i := range m.rows {
		if m.rows[i].Purpose == p && m.rows[i].KeyID == id {
			return &m.rows[i]
		}
	}
	return nil
}

func (m *memory) AddDataKey(_ context.Context, row keyring.Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(row.Purpose, row.KeyID) != nil {
		return provider.ErrConflict
	}
	m.rows = append(m.rows, row)
	return nil
}

func (m *memory) ResealDataKey(_ context.Context, row keyring.Row, previousSealedBy string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept := m.find(row.Purpose, row.KeyID); kept != nil && kept.SealedBy == previousSealedBy {
		kept.Sealed, kept.SealedBy = row.Sealed, row.SealedBy
	}
	return nil
}

func (m *memory) ChangeDataKeys(_ context.Context, add, remove []keyring.Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range add {
		if m.find(row.Purpose, row.KeyID) != nil {
			return provider.ErrConflict
		}
	}
	m.rows = slices.DeleteFunc(append(m.rows, add...), func(r keyring.Row) bool {
		return slices.ContainsFunc(remove, func(gone keyring.Row) bool { return gone.Purpose == r.Purpose && gone.KeyID == r.KeyID })
	})
	return nil
}

func (m *memory) snapshot() []keyring.Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := slices.Clone(m.rows)
	for i := range rows {
		rows[i].Sealed = bytes.Clone(rows[i].Sealed)
	}
	return rows
}

func clock() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, keyring.MinSecret) }

func current(b byte) keyring.Secrets { return keyring.Secrets{Current: secret(b)} }

func openRing(t testing.TB, store keyring.Store, secrets keyring.Secrets) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(t.Context(), store, newGate(), secrets, clock, rand.Reader)
	require.NoError(t, err)
	return ring
}

func newKey(t testing.TB, p keyring.Purpose) *keyring.Key {
	t.Helper()
	return openRing(t, &memory{}, current('a')).Key(p)
}

func newGate() *audit.Gate {
	gate, _ := audittest.NewGate(clock)
	return gate
}
