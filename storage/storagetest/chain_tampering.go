package storagetest

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// columns of a table, so that one that is added later cannot be forgotten.
func columns(t *testing.T, url, table string) []string {
	t.Helper()
	rows, err := inspect(t, url).QueryContext(t.Context(), "SELECT * FROM "+table+" LIMIT 1")
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	require.NoError(t, err)
	require.NoError(t, rows.Err())
	return names
}

func auditTables() []string { return []string{"audit_logs", "audit_checkpoints", "audit_keys"} }

// saved lets a test change tables of the log and change them back.
func (f *fixture) saved(t *testing.T) (restore func()) {
	t.Helper()
	names := auditTables()
	for _, name := range names {
		Exec(t, f.url, "CREATE TABLE saved_"+name+" AS SELECT * FROM "+name)
	}
	return func() {
		for _, name := range names {
			Exec(t, f.url, "DELETE FROM "+name)
			Exec(t, f.url, "INSERT INTO "+name+" SELECT * FROM saved_"+name)
		}
	}
}

func (f *fixture) unsaved(t *testing.T) {
	t.Helper()
	for _, name := range auditTables() {
		Exec(t, f.url, "DROP TABLE saved_"+name)
	}
}

// bytesOf is a literal of bytes.
func bytesOf(url string, raw []byte) string {
	if strings.HasPrefix(url, "sqlite://") {
		return "x'" + hex.EncodeToString(raw) + "'"
	}
	return `'\x` + hex.EncodeToString(raw) + "'"
}

// tampering is one attack on ten records with a checkpoint at each even number.
type tampering struct {
	name       string
	statements []string
	want       chain.Kind
	at         int64
}

func testTampering(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	for i := range 10 {
		f.advance(30 * time.Second)
		require.NoError(t, a.act(ctx, fmt.Sprint("client-", i)))
		if i%2 == 1 {
			f.advance(30 * time.Second)
		}
		a.seal(t)
	}
	f.advance(time.Hour)
	intact := a.intact(t)
	require.Equal(t, int64(10), intact.Records)
	require.Greater(t, intact.Checkpoints, int64(4))
	restore := f.saved(t)
	for _, attack := range append(f.attacks(t), f.columnAttacks(t)...) {
		for _, statement := range attack.statements {
			Exec(t, f.url, statement)
		}
		_, err := a.verify(ctx, "")
		var fault *chain.Fault
		if assert.ErrorAs(t, err, &fault, attack.name) {
			assert.ErrorIs(t, err, chain.ErrTampered, attack.name)
			assert.Equal(t, attack.want, fault.Kind, "%s: %v", attack.name, err)
			if attack.at > 0 {
				assert.Equal(t, attack.at, fault.Sequence, "%s: %v", attack.name, err)
			}
		}
		restore()
	}
	a.intact(t)
}

func (f *fixture) attacks(t *testing.T) []tampering {
	t.Helper()
	junk, swap := bytesOf(f.url, make([]byte, 32)), func(x, y int) []string {
		return []string{
			"UPDATE audit_logs SET sequence = 1000 WHERE sequence = " + fmt.Sprint(x),
			fmt.Sprintf("UPDATE audit_logs SET sequence = %d WHERE sequence = %d", x, y),
			fmt.Sprintf("UPDATE audit_logs SET sequence = %d WHERE sequence = 1000", y),
		}
	}
	shift := func(from, by int) []string { // in two steps: numbers are unique
		return []string{
			fmt.Sprintf("UPDATE audit_logs SET sequence = -sequence WHERE sequence >= %d", from),
			fmt.Sprintf("UPDATE audit_logs SET sequence = -sequence + %d WHERE sequence < 0", by),
		}
	}
	insert := func(sequence int) string {
		id := bytesOf(f.url, []byte("inserted--------"))
		if !strings.HasPrefix(f.url, "sqlite://") {
			id = "'00000000-0000-7000-8000-000000000001'"
		}
		names := columns(t, f.url, "audit_logs")[1:]
		values := strings.ReplaceAll(" "+strings.Join(names, ", ")+" ", " sequence,", fmt.Sprintf(" %d,", sequence))
		return "INSERT INTO audit_logs (id, " + strings.Join(names, ", ") + ") SELECT " + id + "," + values + " FROM audit_logs WHERE request_id = 'r-1' AND target_id = 'client-3'"
	}
	return []tampering{
		{"the first is deleted", []string{"DELETE FROM audit_logs WHERE sequence = 1"}, chain.Removed, 1},
		{"one in the middle is deleted", []string{"DELETE FROM audit_logs WHERE sequence = 5"}, chain.Removed, 5},
		{"the last is deleted", []string{"DELETE FROM audit_logs WHERE sequence = 10"}, chain.Removed, 10},
		{"the tail is deleted", []string{"DELETE FROM audit_logs WHERE sequence > 6"}, chain.Removed, 7},
		{"all are deleted", []string{"DELETE FROM audit_logs"}, chain.Removed, 1},
		{"the beginning is deleted with its checkpoints", []string{"DELETE FROM audit_logs WHERE sequence <= 4", "DELETE FROM audit_checkpoints WHERE sequence < 4"}, chain.Removed, 1},
		{"a checkpoint becomes the beginning", []string{"DELETE FROM audit_logs WHERE sequence <= 4", "DELETE FROM audit_checkpoints WHERE sequence < 4", "UPDATE audit_checkpoints SET beginning = TRUE WHERE sequence = 4"}, chain.Forged, 4},
		{"one is deleted, the rest numbered again", append([]string{"DELETE FROM audit_logs WHERE sequence = 5"}, shift(6, -1)...), chain.Removed, 5},
		{"three are deleted, the rest numbered again", append([]string{"DELETE FROM audit_logs WHERE sequence IN (3, 4, 5)"}, shift(6, -3)...), chain.Removed, 3},
		{"neighbours are swapped", swap(5, 6), chain.Reordered, 5},
		{"two are swapped", swap(2, 9), chain.Reordered, 2},
		{"one is moved to the end", append([]string{"UPDATE audit_logs SET sequence = 1000 WHERE sequence = 3"}, append(shift(4, -1), "UPDATE audit_logs SET sequence = 10 WHERE sequence = 999")...), chain.Reordered, 3},
		{"one gets a number of its own", []string{"UPDATE audit_logs SET sequence = 1000 WHERE sequence = 3"}, chain.Reordered, 1000},
		{"one is made unsealed", []string{"UPDATE audit_logs SET sequence = NULL WHERE sequence = 3"}, chain.Removed, 3},
		{"one is inserted", append(shift(5, 1), insert(5)), chain.Inserted, 5},
		{"one is inserted before the first", []string{insert(0)}, chain.Inserted, 0},
		{"one is inserted at a negative number", []string{insert(-7)}, chain.Inserted, -7},
		{"one is appended as sealed", []string{insert(11)}, chain.Changed, 11},
		{"a hash is changed", []string{"UPDATE audit_logs SET hash = " + junk + " WHERE sequence = 7"}, chain.Changed, 7},
		{"a hash is removed", []string{"UPDATE audit_logs SET hash = NULL WHERE sequence = 7"}, chain.Changed, 7},
		{"changes are no JSON", []string{"UPDATE audit_logs SET changes = '{' WHERE sequence = 7"}, chain.Changed, 7},
		{"the checkpoints are deleted", []string{"DELETE FROM audit_checkpoints"}, chain.Unsigned, 1},
		{"the last checkpoints are deleted", []string{"DELETE FROM audit_checkpoints WHERE sequence > 4"}, chain.Unsigned, 5},
		{"a checkpoint has another hash", []string{"UPDATE audit_checkpoints SET hash = " + junk + " WHERE sequence = 4"}, chain.Forged, 4},
		{"a checkpoint has another signature", []string{"UPDATE audit_checkpoints SET signature = " + junk + " WHERE sequence = 4"}, chain.Forged, 4},
		{"a checkpoint has another time", []string{"UPDATE audit_checkpoints SET signed_at = (SELECT signed_at FROM saved_audit_checkpoints WHERE sequence = 10) WHERE sequence = 4"}, chain.Forged, 4},
		{"a checkpoint has another key", []string{"UPDATE audit_checkpoints SET key_id = 'x' WHERE sequence = 4"}, chain.Forged, 4},
		{"a checkpoint stands elsewhere", []string{"DELETE FROM audit_checkpoints WHERE sequence = 4", "UPDATE audit_checkpoints SET sequence = 4 WHERE sequence = 6"}, chain.Forged, 4},
		{"a checkpoint promises more", []string{"UPDATE audit_checkpoints SET sequence = 500 WHERE sequence = 10"}, chain.Forged, 500},
		{"the key is replaced", []string{"UPDATE audit_keys SET sealed = " + junk}, chain.Replaced, 0},
		{"the key has another id", []string{"UPDATE audit_keys SET key_id = 'x'"}, chain.Replaced, 0},
		{"the key is deleted", []string{"DELETE FROM audit_keys"}, chain.Unauthenticated, 1},
	}
}

// columnAttacks change each column of a sealed record alone.
func (f *fixture) columnAttacks(t *testing.T) []tampering {
	t.Helper()
	var list []tampering
	for _, name := range columns(t, f.url, "audit_logs") {
		value := "'tampered'"
		switch name {
		case "sequence":
			continue // reordered, above
		case "mac":
			list = append(list, tampering{"column mac", []string{"UPDATE audit_logs SET mac = " + bytesOf(f.url, []byte("tampered")) + " WHERE sequence = 5"}, chain.Unauthenticated, 5})
			list = append(list, tampering{"no mac", []string{"UPDATE audit_logs SET mac = NULL WHERE sequence = 5"}, chain.Unauthenticated, 5})
			continue
		case "hash":
			value = bytesOf(f.url, []byte("tampered"))
		case "id":
			value = bytesOf(f.url, []byte("another-id-16-by"))
			if !strings.HasPrefix(f.url, "sqlite://") {
				value = "'00000000-0000-7000-8000-000000000002'"
			}
		case "recorded_at":
			value = "(SELECT max(recorded_at) FROM saved_audit_logs)"
		}
		list = append(list, tampering{"column " + name, []string{"UPDATE audit_logs SET " + name + " = " + value + " WHERE sequence = 5"}, chain.Changed, 5})
	}
	return list
}
