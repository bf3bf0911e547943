package storagetest

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

func (a *auditor) verifications() *chain.Verifications {
	return chain.NewVerifications(a.store, a.keys, a.clock, rand.Reader)
}

func (a *auditor) continuation() *chain.Continuation {
	return chain.NewContinuation(chain.NewVerifier(a.store, a.keys, a.clock), a.verifications(), a.clock, audit.BackgroundJob("audit-verify"))
}

func (a *auditor) last(t *testing.T) *chain.Verification {
	t.Helper()
	last, err := a.verifications().Last(t.Context())
	require.NoError(t, err)
	return last
}

func testVerificationsKept(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	assert.Nil(t, a.last(t))
	_, err := f.LastLogVerification(ctx, true)
	require.ErrorIs(t, err, provider.ErrNotFound)
	a.acts(t, 2)
	report := a.intact(t)
	ops := audit.Actor{Kind: audit.OperatingSystemUser, ID: "ops", Host: "db1"}
	require.NoError(t, a.verifications().Keep(ctx, ops, report, nil))
	last := a.last(t)
	assert.Nil(t, last.Fault)
	assert.Equal(t, ops, last.Actor)
	assert.Equal(t, []any{true, int64(2), int64(1), int64(2), f.clock()}, []any{last.Whole, last.Records, last.First, last.Reached.Sequence, last.At})
	state, err := f.ChainState(ctx, 0)
	require.NoError(t, err)
	assert.Equal(t, state.Last, last.Reached)
	assert.Equal(t, report, a.intact(t), "the result is not part of what is verified")

	// That a checkpoint which was given is forged says nothing about the log.
	signature := strings.LastIndex(a.signed[0], ".") + 1
	forged := a.signed[0][:signature] + a.signed[1][strings.LastIndex(a.signed[1], ".")+1:]
	_, err = a.verify(ctx, forged)
	var found *chain.Fault
	require.ErrorAs(t, err, &found)
	assert.True(t, found.Given)

	// A fault is kept as it was found.
	f.advance(time.Second)
	id := provider.NewID(f.clock(), rand.Reader)
	fault := &chain.Fault{Kind: chain.Reordered, Sequence: 2, Through: 3, ID: id, Other: last.ID, KeyID: "k", Missing: true}
	require.NoError(t, a.verifications().Keep(ctx, ops, report, fault))
	assert.Equal(t, fault, a.last(t).Fault)
	good, err := f.LastLogVerification(ctx, true)
	require.NoError(t, err)
	assert.Equal(t, last.ID, good.ID)

	// What somebody writes into the database without the keys is no result.
	f.advance(time.Second)
	require.NoError(t, a.verifications().Keep(ctx, ops, report, nil))
	require.Nil(t, a.last(t).Fault)
	for _, change := range []string{"records = 3", "reached = 1", "first = 2", "whole = NOT whole", "host = 'db2'", "fault = 'x'", "mac = NULL"} {
		Exec(t, f.url, "CREATE TABLE saved AS SELECT * FROM audit_verifications")
		Exec(t, f.url, "UPDATE audit_verifications SET "+change)
		require.NotNil(t, a.last(t).Fault, change)
		assert.Equal(t, chain.Invented, a.last(t).Fault.Kind, change)
		Exec(t, f.url, "DELETE FROM audit_verifications")
		Exec(t, f.url, "INSERT INTO audit_verifications SELECT * FROM saved")
		Exec(t, f.url, "DROP TABLE saved")
	}
	for range 100 {
		f.advance(time.Second)
		require.NoError(t, f.AddLogVerification(ctx, chain.Verification{ID: provider.NewID(f.clock(), rand.Reader), At: f.clock(), Fault: fault}))
	}
	_, err = f.LastLogVerification(ctx, true)
	require.ErrorIs(t, err, provider.ErrNotFound, "a hundred are kept")
}

// The job verifies what is new, once a day, and begins again where nothing was wrong.
func testVerificationGoesOn(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	job := a.continuation()
	due := func() bool {
		t.Helper()
		due, err := job.Due(ctx)
		require.NoError(t, err)
		return due
	}
	a.acts(t, 4)
	assert.True(t, due())
	require.NoError(t, job.Step(ctx))
	assert.False(t, due())
	first := a.last(t)
	assert.Equal(t, []any{true, int64(4), int64(1), int64(4)}, []any{first.Whole, first.Records, first.First, first.Reached.Sequence})

	// What was verified before is left to the command line.
	Exec(t, f.url, "UPDATE audit_logs SET host = 'x' WHERE sequence = 2")
	f.advance(24 * time.Hour)
	a.acts(t, 3)
	assert.True(t, due())
	require.NoError(t, job.Step(ctx))
	second := a.last(t)
	assert.Equal(t, []any{false, int64(3), int64(5), int64(7)}, []any{second.Whole, second.Records, second.First, second.Reached.Sequence})
	_, err := a.verify(ctx, "")
	require.ErrorIs(t, err, chain.ErrTampered)

	// A record that only waits is no result.
	f.advance(24 * time.Hour)
	require.NoError(t, a.act(ctx, "waits"))
	f.advance(2 * time.Minute)
	require.NotErrorIs(t, job.Step(ctx), chain.ErrTampered)
	assert.Equal(t, second.ID, a.last(t).ID)
	a.seal(t)
	require.NoError(t, a.continuation().Step(ctx))
	assert.EqualValues(t, 8, a.last(t).Reached.Sequence)

	// A fault is found again until it is mended.
	restore := f.saved(t)
	for _, attack := range []struct {
		statement string
		kind      chain.Kind
		sequence  int64
	}{
		{"UPDATE audit_logs SET host = 'x' WHERE sequence = 9", chain.Changed, 9},
		{"DELETE FROM audit_logs WHERE sequence > 6", chain.Removed, 7},
		{"UPDATE audit_logs SET hash = mac WHERE sequence = 8", chain.Rewritten, 0},
	} {
		f.advance(24 * time.Hour)
		a.acts(t, 2)
		Exec(t, f.url, attack.statement)
		if attack.kind == chain.Removed {
			Exec(t, f.url, "DELETE FROM audit_checkpoints WHERE sequence > 6")
		}
		for range 2 {
			require.ErrorIs(t, a.continuation().Step(ctx), chain.ErrTampered)
			fault := a.last(t).Fault
			require.NotNil(t, fault, attack.statement)
			assert.Equal(t, []any{attack.kind, attack.sequence}, []any{fault.Kind, fault.Sequence}, attack.statement)
			f.advance(time.Second)
		}
		f.advance(25 * time.Hour)
		assert.False(t, due(), "what is recorded after a fault may be whole, and must not hide it")
		restore()
		a = f.auditor(t) // a server that was started again
	}
	f.unsaved(t)
}

// A long log is verified in steps, and what retention removed meanwhile is no fault.
func testVerificationInSteps(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	a.acts(t, 5)
	verifier := chain.NewVerifier(a.store, a.keys, a.clock)
	step := func(from chain.Link) chain.Report {
		t.Helper()
		report, err := verifier.Verify(ctx, chain.Options{From: from, Most: 1}, func(int64, int64) {})
		require.NoError(t, err)
		return report
	}
	whole := step(chain.Link{})
	assert.False(t, whole.Partial, "a statement reads 200")
	assert.EqualValues(t, 5, whole.Reached.Sequence)
	for range 200 {
		require.NoError(t, a.act(ctx, "shop"))
	}
	f.advance(time.Minute)
	for a.due(t) {
		a.seal(t)
	}
	first := step(chain.Link{})
	assert.Equal(t, []any{true, true, int64(200), int64(200)}, []any{first.Whole, first.Partial, first.Records, first.Reached.Sequence})
	rest := step(first.Reached)
	assert.Equal(t, []any{false, false, int64(5), int64(205)}, []any{rest.Whole, rest.Partial, rest.Records, rest.Reached.Sequence})

	f.advance(48 * time.Hour)
	a.acts(t, 1)
	removed, err := chain.NewRetention(a.store, a.gate, a.keys, a.clock, 24*time.Hour).Remove(ctx, audit.BackgroundJob("audit-retention"))
	require.NoError(t, err)
	require.EqualValues(t, 205, removed)
	a.seal(t)
	again := step(first.Reached)
	assert.True(t, again.Whole)
	assert.EqualValues(t, 206, again.First)
}
