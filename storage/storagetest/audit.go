package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func testAudit(t *testing.T, f *fixture) {
	ctx, log := t.Context(), f.outbox()
	newRecord := func(actor string, action audit.Action, target audit.Target) audit.Record {
		f.advance(time.Minute)
		return audit.Record{
			ID: f.newID(), At: f.clock(), Action: action, Outcome: audit.Done,
			Actor:  audit.Actor{Kind: audit.OperatingSystemUser, ID: actor, Host: "db1", ClientID: "console", Address: "192.0.2.1", UserAgent: "curl/8", RequestID: "r-1"},
			Target: target, Changes: audit.Diff(map[string]any{"disabled": false}, map[string]any{"disabled": true}),
		}
	}
	app := audit.OfClient("app")
	first := newRecord("ops", audit.ClientCreate, app)
	undone := errors.New("undone")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, log.AppendRecord(ctx, first))
		return undone
	}), undone)
	assert.Zero(t, Count(t, f.url, "audit_logs"))
	second := newRecord("root", audit.ClientUpdate, app)
	third := newRecord("ops", audit.UserUpdate, audit.Target{Type: audit.Session, ID: "1", UserID: "app"})
	for _, r := range []audit.Record{first, second, third} {
		require.NoError(t, log.AppendRecord(ctx, r))
	}
	require.Error(t, log.AppendRecord(ctx, first), "an id is used once")

	for name, tc := range map[string]struct {
		of   audit.Filter
		want []audit.Record
	}{
		"all": {audit.Filter{}, []audit.Record{third, second, first}}, "of a client": {audit.Filter{ClientID: "app"}, []audit.Record{second, first}}, "of a user": {audit.Filter{UserID: "app"}, []audit.Record{third}},
		"by an actor": {audit.Filter{ActorID: "ops"}, []audit.Record{third, first}}, "of a kind": {audit.Filter{Action: audit.ClientUpdate}, []audit.Record{second}},
		"since": {audit.Filter{Since: second.At}, []audit.Record{third, second}}, "until": {audit.Filter{Until: second.At}, []audit.Record{first}},
		"on a thing": {audit.Filter{TargetID: "1"}, []audit.Record{third}}, "of several kinds": {audit.Filter{Actions: []audit.Action{audit.ClientCreate, audit.UserUpdate}}, []audit.Record{third, first}},
		"the next page": {audit.Filter{Before: second.ID}, []audit.Record{first}},
	} {
		got, err := f.Records(ctx, tc.of, 10)
		require.NoError(t, err)
		assert.Equal(t, tc.want, got, name)
		entries, err := f.SelectedEntries(ctx, tc.of, provider.ID{}, 10)
		require.NoError(t, err)
		oldestFirst := []provider.ID{}
		for _, e := range entries {
			oldestFirst = append([]provider.ID{e.Record.ID}, oldestFirst...)
		}
		require.Len(t, oldestFirst, len(tc.want), name)
		for i, r := range tc.want {
			assert.Equal(t, r.ID, oldestFirst[i], name)
		}
	}
	rest, err := f.SelectedEntries(ctx, audit.Filter{ActorID: "ops"}, first.ID, 10)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	assert.Equal(t, third.ID, rest[0].Record.ID)
	one, err := f.Entry(ctx, second.ID)
	require.NoError(t, err)
	assert.Equal(t, "root", one.Record.Actor.ID)
	assert.Contains(t, one.Changes, "disabled")
	_, err = f.Entry(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)
	got, err := f.Records(ctx, audit.Filter{}, 1)
	require.NoError(t, err)
	assert.Equal(t, []audit.Record{third}, got)
}
