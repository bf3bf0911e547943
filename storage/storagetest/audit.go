package storagetest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func testAudit(t *testing.T, f *fixture) {
	ctx := t.Context()
	r := audit.Record{
		ID: f.newID(), At: f.clock(), Actor: audit.Actor{Kind: audit.OperatingSystemUser, ID: "ops", Host: "db1"}, Action: audit.ClientUpdate,
		Target: audit.Target{Type: audit.Client, ID: "app"}, Changes: audit.Diff(map[string]any{"disabled": false}, map[string]any{"disabled": true}),
	}
	undone := errors.New("undone")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, f.AppendRecord(ctx, r))
		return undone
	}), undone)
	assert.Zero(t, Count(t, f.url, "audit_logs"))
	require.NoError(t, f.AppendRecord(ctx, r))
	require.Error(t, f.AppendRecord(ctx, r), "an id is used once")
	var got [7]string
	require.NoError(t, inspect(t, f.url).QueryRowContext(ctx, "SELECT actor_kind, actor_id, host, action, target_type, target_id, changes FROM audit_logs").
		Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5], &got[6]))
	assert.Equal(t, [7]string{"operating_system_user", "ops", "db1", "client.update", "client", "app", `{"disabled":{"before":false,"after":true}}`}, got)
}
