package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

// auditor is what one server does with the audit log.
type auditor struct {
	*fixture

	store   *storage.Store
	records *chain.Authenticator
	gate    *audit.Gate
	ring    *keyring.Ring
	keys    *chain.Keys
	sealer  *chain.Sealer
	// signed are the checkpoints that were announced.
	signed []string
}

func (f *fixture) auditor(t *testing.T) *auditor {
	t.Helper()
	a := &auditor{fixture: f, store: f.open(t)}
	bus := event.NewBus(func(_ context.Context, e event.Event) {
		if signed, ok := e.(event.AuditSigned); ok {
			a.signed = append(a.signed, signed.Checkpoint)
		}
	})
	a.records = chain.NewAuthenticator(webhook.NewOutbox(a.store, a.store, rand.Reader))
	a.gate = audit.NewGate(a.records, a.store, bus, f.clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), a.store, a.gate, keyring.Secrets{Current: []byte("a secret of a chain that is tested 123456")}, f.clock, rand.Reader)
	require.NoError(t, err)
	a.ring = ring
	a.keys = chain.NewKeys(a.store, ring.Key(keyring.AuditKey), f.clock, rand.Reader)
	require.NoError(t, a.records.Start(t.Context(), a.keys))
	a.sealer = chain.NewSealer(a.store, a.store, a.keys, bus, f.clock)
	return a
}

func (a *auditor) act(ctx context.Context, target string) error {
	return a.gate.Do(ctx, audit.Actor{Kind: audit.OperatingSystemUser, ID: "ops", Host: "db1", ClientID: "console", Address: "192.0.2.1", UserAgent: "curl/8", RequestID: "r-1"},
		audit.ClientUpdate, audit.Target{Type: audit.Client, ID: target}, func(context.Context) (audit.Changes, error) {
			return audit.Diff(map[string]any{"disabled": false}, map[string]any{"disabled": true}), nil
		})
}

// acts records and seals that many acts, one a minute, with a checkpoint for each.
func (a *auditor) acts(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		a.advance(time.Minute)
		require.NoError(t, a.act(t.Context(), fmt.Sprint("client-", i)))
		a.seal(t)
	}
}

func (a *auditor) seal(t *testing.T) int {
	t.Helper()
	n, err := a.sealer.Seal(t.Context())
	require.NoError(t, err)
	return n
}

func (a *auditor) verify(ctx context.Context, kept string) (chain.Report, error) {
	return chain.NewVerifier(a.store, a.keys, a.clock).Verify(ctx, chain.Options{Kept: kept}, func(int64, int64) {})
}

// intact verifies a log without a fault.
func (a *auditor) intact(t *testing.T) chain.Report {
	t.Helper()
	report, err := a.verify(t.Context(), "")
	require.NoError(t, err)
	return report
}

func (a *auditor) due(t *testing.T) bool {
	t.Helper()
	due, err := a.sealer.Due(t.Context())
	require.NoError(t, err)
	return due
}

func testChain(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	assert.False(t, a.due(t), "nothing to seal")
	report := a.intact(t)
	assert.Zero(t, report.Records)
	assert.Nil(t, report.Checkpoint)

	require.NoError(t, a.act(ctx, "shop"))
	assert.True(t, a.due(t))
	assert.True(t, a.intact(t).Unsealed)
	f.advance(2 * time.Minute)
	_, err := a.verify(ctx, "")
	var fault *chain.Fault
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, chain.Unsealed, fault.Kind, "no server seals")
	assert.NotErrorIs(t, err, chain.ErrTampered)

	assert.Equal(t, 1, a.seal(t))
	assert.False(t, a.due(t))
	report = a.intact(t)
	assert.Equal(t, int64(1), report.Records)
	assert.Equal(t, int64(1), report.Checkpoint.Sequence, "the first checkpoint is signed at once")
	require.NoError(t, a.act(ctx, "shop"))
	assert.Equal(t, 1, a.seal(t))
	assert.Equal(t, int64(1), a.intact(t).Checkpoint.Sequence, "one a minute")
	assert.False(t, a.due(t))
	f.advance(time.Minute)
	assert.True(t, a.due(t))
	assert.Zero(t, a.seal(t))
	report = a.intact(t)
	assert.Equal(t, int64(2), report.Checkpoint.Sequence)
	assert.Equal(t, int64(2), report.Checkpoints)
	assert.Len(t, a.signed, 2)
	f.advance(time.Hour)
	assert.False(t, a.due(t), "nothing new")
	a.intact(t)

	// A checkpoint that was kept elsewhere is found in the chain.
	for _, kept := range a.signed {
		_, err = a.verify(ctx, kept)
		require.NoError(t, err)
	}
	for _, wrong := range []string{"x", "a.b.c", a.signed[0][:len(a.signed[0])-2], a.signed[0] + "A"} {
		_, err = a.verify(ctx, wrong)
		require.Error(t, err, wrong)
	}
}

// The chain has the order in which rows were sealed: a transaction that commits late has an older id.
func testChainOrder(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	late := audit.Record{ID: f.newID(), At: f.clock(), Actor: audit.BackgroundJob("late"), Action: audit.UserUpdate, Outcome: audit.Done}
	f.advance(time.Second)
	a.acts(t, 3)
	require.NoError(t, a.records.AppendRecord(ctx, late))
	assert.True(t, a.due(t))
	assert.Equal(t, 1, a.seal(t))
	a.acts(t, 1)
	entries, err := f.SealedRecords(ctx, 3, 4, 10)
	require.NoError(t, err)
	assert.Equal(t, late.ID, entries[0].Record.ID)
	assert.Equal(t, int64(5), a.intact(t).Records)
}

// The previous version wrote records without a place in the chain, and does so while it is replaced.
func testChainAfterMigration(t *testing.T, f *fixture) {
	ctx := t.Context()
	appended := func(action string) {
		id := f.newID()
		text := "'" + id.String() + "'"
		if strings.HasPrefix(f.url, "sqlite://") {
			text = bytesOf(f.url, id[:])
		}
		Exec(t, f.url, fmt.Sprintf(`INSERT INTO audit_logs (id, recorded_at, actor_kind, actor_id, host, action, target_type, target_id, client_id, user_id, changes)
			VALUES (%s, '2026-03-04 05:06:07+00:00', 'job', 'old', '', '%s', 'user', '', '', '', '{}')`, text, action))
	}
	f.rollBack(t, "audit_chain")
	appended("user.create")
	_, err := f.Migrate(ctx)
	require.NoError(t, err)
	appended("user.update")
	a := f.auditor(t)
	assert.Equal(t, 2, a.seal(t))
	f.advance(time.Second)
	report, err := chain.NewVerifier(f.Store, a.keys, f.clock).Verify(ctx, chain.Options{UnauthenticatedUntil: f.clock()}, func(int64, int64) {})
	require.NoError(t, err)
	assert.Equal(t, int64(2), report.Records)
	records, err := f.Records(ctx, audit.Filter{}, 10)
	require.NoError(t, err)
	for _, r := range records {
		assert.Equal(t, audit.Done, r.Outcome)
	}
}

// Concurrent acts and several servers that seal give one chain without gaps, sealed once each.
func testChainRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	servers := []*auditor{f.auditor(t), f.auditor(t)}
	var acting, sealing sync.WaitGroup
	stop := make(chan struct{})
	for _, a := range servers {
		sealing.Go(func() {
			for {
				_, err := a.sealer.Seal(ctx)
				assert.NoError(t, err)
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range 100 {
		acting.Go(func() { assert.NoError(t, servers[i%2].act(ctx, fmt.Sprint(i))) })
	}
	acting.Wait()
	close(stop)
	sealing.Wait()
	servers[0].seal(t)
	f.advance(time.Minute)
	servers[1].seal(t)
	report := servers[0].intact(t)
	assert.Equal(t, int64(100), report.Records)
	assert.Equal(t, int64(100), report.Last)
	assert.Equal(t, int64(100), report.Checkpoint.Sequence)
	assert.False(t, report.Unsealed)
	assert.Equal(t, 1, Count(t, f.url, "audit_keys"), "servers that start at once sign with one key")
	one, err := servers[0].keys.PublicKeys(ctx)
	require.NoError(t, err)
	two, err := servers[1].keys.PublicKeys(ctx)
	require.NoError(t, err)
	assert.JSONEq(t, string(one), string(two))
}

// A sealer that crashes leaves a batch sealed or not, and a checkpoint signed or not.
func testChainCrash(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	for i := range 1200 { // more than two batches
		require.NoError(t, a.act(ctx, fmt.Sprint(i)))
	}
	crash := errors.New("crash")
	for _, at := range []int{1, 499, 500, 501, 100} {
		crashing := &crashingStore{Store: f.Store, left: at, err: crash}
		_, err := chain.NewSealer(crashing, f.Store, a.keys, (*event.Bus)(nil), f.clock).Seal(ctx)
		require.ErrorIs(t, err, crash)
		a.intact(t)
	}
	crashing := &crashingStore{Store: f.Store, left: 100_000, err: crash, unsigned: true}
	_, err := chain.NewSealer(crashing, f.Store, a.keys, (*event.Bus)(nil), f.clock).Seal(ctx)
	require.ErrorIs(t, err, crash)
	assert.Nil(t, a.intact(t).Checkpoint)
	assert.True(t, a.due(t), "sealed and not signed")
	a.seal(t)
	report := a.intact(t)
	assert.Equal(t, int64(1200), report.Records)
	assert.Equal(t, int64(1200), report.Checkpoint.Sequence)
}

// crashingStore fails at a record, or at the checkpoint.
type crashingStore struct {
	*storage.Store

	left     int
	unsigned bool
	err      error
}

func (s *crashingStore) SealRecord(ctx context.Context, id provider.ID, link chain.Link) error {
	if s.left--; s.left < 0 {
		return s.err
	}
	return s.Store.SealRecord(ctx, id, link)
}

func (s *crashingStore) AddCheckpoint(ctx context.Context, c chain.Checkpoint) error {
	if s.unsigned {
		return s.err
	}
	return s.Store.AddCheckpoint(ctx, c)
}

// What the job costs: one statement while there is nothing to do, and one for each record.
func testChainStatements(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	count := func(act func()) int64 {
		before := f.statements.Load()
		act()
		return f.statements.Load() - before
	}
	require.NoError(t, a.act(ctx, "first"))
	a.seal(t)
	assert.EqualValues(t, 1, count(func() { a.due(t) }), "nothing to seal")
	for range 50 {
		require.NoError(t, a.act(ctx, "shop"))
	}
	// BEGIN, the end of the chain, the records, an update each, COMMIT, and whether to sign.
	assert.EqualValues(t, 50+5, count(func() { a.seal(t) }))
	f.advance(time.Minute)
	assert.EqualValues(t, 4+3, count(func() { a.seal(t) }), "a checkpoint: read, key, insert")
	assert.EqualValues(t, 3, count(func() { require.NoError(t, a.act(ctx, "shop")) }), "an act: BEGIN, INSERT, COMMIT")
}
