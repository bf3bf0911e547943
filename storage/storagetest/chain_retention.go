package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/storage"
)

// expire removes what is older than a day.
func (a *auditor) expire(t *testing.T) int64 {
	t.Helper()
	n, err := chain.NewRetention(a.store, a.gate, a.keys, a.clock, chain.MinRetention).Remove(t.Context(), audit.BackgroundJob("audit-retention"))
	require.NoError(t, err)
	return n
}

// Old records are removed by whole checkpoints; what is left verifies from the one before it.
func testRetention(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	assert.Zero(t, a.expire(t), "an empty log")
	a.acts(t, 10)
	f.advance(chain.MinRetention - 5*time.Minute)
	assert.Zero(t, a.expire(t), "not all of a few minutes' records at a time")
	f.advance(time.Hour)
	a.acts(t, 5)
	old := a.signed[2]
	assert.EqualValues(t, 10, a.expire(t))
	report := a.intact(t)
	assert.EqualValues(t, 11, report.First)
	assert.EqualValues(t, 5, report.Records)
	assert.True(t, a.due(t), "that they were removed is recorded")
	a.seal(t)
	records, err := f.Records(ctx, audit.Filter{Action: audit.LogExpire}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, audit.Changes{"through": {After: 10.0}, "records": {After: 10.0}}, records[0].Changes)
	assert.Zero(t, a.expire(t))
	_, err = a.verify(ctx, old)
	require.ErrorContains(t, err, "removed because they were old")
	_, err = a.verify(ctx, a.signed[9])
	require.NoError(t, err, "that is where the rest begins")

	// The rest of the attacks is found after it as before it.
	for statement, want := range map[string]chain.Kind{
		"DELETE FROM audit_logs WHERE sequence = 11":                                                                    chain.Removed,
		"UPDATE audit_logs SET changes = '{}' WHERE sequence = 11":                                                      chain.Changed,
		"UPDATE audit_checkpoints SET beginning = FALSE":                                                                chain.Removed,
		"DELETE FROM audit_checkpoints WHERE sequence = 10":                                                             chain.Removed,
		"UPDATE audit_logs SET sequence = 3 WHERE sequence = 15":                                                        chain.Inserted,
		"UPDATE audit_checkpoints SET hash = " + bytesOf(f.url, []byte{1}):                                              chain.Forged,
		"UPDATE audit_checkpoints SET beginning = TRUE WHERE sequence IN (SELECT max(sequence) FROM audit_checkpoints)": chain.Forged,
	} {
		restore := f.saved(t)
		Exec(t, f.url, statement)
		_, err := a.verify(ctx, "")
		var fault *chain.Fault
		if assert.ErrorAs(t, err, &fault, statement) {
			assert.Equal(t, want, fault.Kind, "%s: %v", statement, err)
		}
		restore()
		f.unsaved(t)
	}

	// When all is old, the chain goes on from the last checkpoint.
	f.advance(48 * time.Hour)
	a.seal(t)
	f.advance(48 * time.Hour)
	assert.EqualValues(t, 6, a.expire(t))
	assert.Equal(t, 1, Count(t, f.url, "audit_logs"))
	assert.EqualValues(t, 0, a.intact(t).Records)
	a.acts(t, 2)
	assert.EqualValues(t, 3, a.intact(t).Records)
	assert.EqualValues(t, 17, a.intact(t).First)
}

// Records that are removed while they are verified are not missing.
func testRetentionMeanwhile(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	many := func(n int) {
		require.NoError(t, a.store.InTx(ctx, func(ctx context.Context) error {
			for i := range n {
				if err := a.act(ctx, fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	many(1400) // more than verification reads at once
	a.seal(t)
	f.advance(48 * time.Hour)
	many(100)
	a.seal(t)
	var removed int64
	report, err := chain.NewVerifier(a.store, a.keys, a.clock).Verify(ctx, chain.Options{}, func(int64, int64) {
		if removed == 0 {
			removed = a.expire(t)
		}
	})
	require.NoError(t, err)
	assert.EqualValues(t, 1400, removed)
	assert.EqualValues(t, 1401, report.First)
	assert.EqualValues(t, 100, report.Records)
}

// A forged checkpoint is not signed again as the beginning, and what fails halfway removed nothing.
func testRetentionFaults(t *testing.T, f *fixture) {
	a := f.auditor(t)
	a.acts(t, 4)
	f.advance(48 * time.Hour)
	failure := errors.New("crash")
	retention := chain.NewRetention(&failingBegin{f.Store, failure}, a.gate, a.keys, f.clock, chain.MinRetention)
	_, err := retention.Remove(t.Context(), audit.BackgroundJob("audit-retention"))
	require.ErrorIs(t, err, failure)
	assert.EqualValues(t, 4, a.intact(t).Records)

	restore := f.saved(t)
	Exec(t, f.url, fmt.Sprintf("UPDATE audit_checkpoints SET hash = %s", bytesOf(f.url, []byte{1})))
	_, err = chain.NewRetention(a.store, a.gate, a.keys, a.clock, chain.MinRetention).Remove(t.Context(), audit.BackgroundJob("audit-retention"))
	require.ErrorIs(t, err, chain.ErrTampered)
	restore()
	assert.EqualValues(t, 4, a.intact(t).Records)
	assert.EqualValues(t, 4, a.expire(t))
	assert.Zero(t, a.intact(t).Records)
}

// failingBegin removes, and fails before the transaction ends.
type failingBegin struct {
	*storage.Store

	err error
}

func (s *failingBegin) Begin(ctx context.Context, c chain.Checkpoint) (int64, error) {
	n, err := s.Store.Begin(ctx, c)
	return n, errors.Join(err, s.err)
}

// Servers do not seal or sign what lost a part that they saw: the next checkpoint would make it look
// right.
func testSealerRefuses(t *testing.T, f *fixture) {
	ctx := t.Context()
	a, other := f.auditor(t), f.auditor(t)
	a.acts(t, 6)
	other.due(t)
	restore := f.saved(t)
	for _, statements := range [][]string{
		{"DELETE FROM audit_logs WHERE sequence > 3", "DELETE FROM audit_checkpoints WHERE sequence > 3"},
		{"DELETE FROM audit_checkpoints WHERE sequence > 3"},
		{"DELETE FROM audit_logs", "DELETE FROM audit_checkpoints"},
		{"UPDATE audit_logs SET hash = " + bytesOf(f.url, []byte{1}) + " WHERE sequence = 6"},
		{"UPDATE audit_checkpoints SET sequence = 60 WHERE sequence = 6"},
		{"UPDATE audit_checkpoints SET hash = " + bytesOf(f.url, []byte{1}) + " WHERE sequence = 6"},
	} {
		for _, statement := range statements {
			Exec(t, f.url, statement)
		}
		for _, server := range []*auditor{a, other} {
			_, err := server.sealer.Due(ctx)
			require.ErrorIs(t, err, chain.ErrTampered, statements)
			_, err = server.sealer.Seal(ctx)
			require.ErrorIs(t, err, chain.ErrTampered, statements)
		}
		restore()
	}
	assert.False(t, a.due(t))
	a.acts(t, 1)

	// A server that starts afterwards has not seen it: it goes on after the last checkpoint, and the
	// gap stays visible.
	Exec(t, f.url, "DELETE FROM audit_logs WHERE sequence > 5")
	late := f.auditor(t)
	late.acts(t, 1)
	_, err := late.verify(ctx, "")
	var fault *chain.Fault
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, chain.Fault{Kind: chain.Removed, Sequence: 6, Through: 7}, *fault)

	// With the checkpoints gone as well, one that was kept elsewhere shows it.
	Exec(t, f.url, "DELETE FROM audit_logs WHERE sequence > 5")
	Exec(t, f.url, "DELETE FROM audit_checkpoints WHERE sequence > 5")
	later := f.auditor(t)
	later.intact(t)
	_, err = later.verify(ctx, a.signed[6])
	require.ErrorContains(t, err, "records 6 to 7 were removed")
	later.acts(t, 4)
	later.intact(t)
	_, err = later.verify(ctx, a.signed[6])
	require.ErrorContains(t, err, "records up to 7 were rewritten")
}
