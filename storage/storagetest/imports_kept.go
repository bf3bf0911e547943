package storagetest

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/storage"
)

func testImportsKept(t *testing.T, f *fixture) {
	ctx := t.Context()
	kept := func() []imports.History {
		t.Helper()
		list, err := f.Imports(ctx, provider.ID{}, 10)
		require.NoError(t, err)
		return list
	}
	assert.Empty(t, kept())
	actor := audit.Actor{Kind: audit.OperatingSystemUser, ID: "ops", Host: "db1"}
	begin := func(command string) *imports.Recorder {
		t.Helper()
		r := imports.NewRecorder(f.Store, f.clock, rand.Reader, imports.History{Command: command, File: "users.jsonl", DryRun: command == "dex", Actor: actor})
		require.NoError(t, r.Begin(ctx))
		return r
	}
	began := f.clock()
	run := begin("users")
	report := imports.NewReport()
	report.Counts["user"] = &imports.Count{Read: 8, Imported: 3, Present: 2, Refused: 2, Skipped: 1}
	for range 7 {
		report.Refusals = append(report.Refusals, imports.Refusal{Kind: "user", Line: 4, Name: "carl", Fault: imports.Fault{Field: "/email", Reason: strings.Repeat("é", 400)}})
	}
	run.Progress(ctx, report, 40, 100)
	assert.Zero(t, kept()[0].Read, "once a second")
	f.advance(time.Second)
	run.Progress(ctx, report, 40, 100)
	h := kept()[0]
	assert.Equal(t, imports.Count{Read: 8, Imported: 3, Present: 2, Refused: 2, Skipped: 1}, h.Count)
	assert.Equal(t, []any{"users", "users.jsonl", false, actor, began, f.clock(), 40, imports.Running}, []any{h.Command, h.File, h.DryRun, h.Actor, h.BeganAt, h.SeenAt, h.Percent(), h.Standing(f.clock())})
	require.Len(t, h.Faults, 5)
	assert.True(t, strings.HasPrefix(h.Faults[0], "user 4 (carl): /email: é"))
	assert.Less(t, len(h.Faults[0]), 310)
	assert.Equal(t, imports.Running, h.Standing(f.clock().Add(time.Minute)))
	assert.Equal(t, imports.Stopped, h.Standing(f.clock().Add(time.Minute+1)))

	f.advance(time.Millisecond)
	require.NoError(t, run.End(ctx, report, 100, 100, nil))
	ended := kept()[0]
	assert.Equal(t, []any{imports.Done, f.clock(), imports.Standing("done")}, []any{ended.Result, *ended.EndedAt, ended.Standing(f.clock().Add(time.Hour))})
	f.advance(time.Hour)
	run.Progress(ctx, imports.NewReport(), 0, 0)
	assert.Equal(t, ended, kept()[0], "it has ended")

	second := begin("dex")
	require.NoError(t, second.End(ctx, imports.NewReport(), 0, 0, errors.New("no such table")))
	f.advance(time.Millisecond)
	third := begin("hydra")
	interrupted := imports.NewReport()
	interrupted.Interrupted = true
	require.NoError(t, third.End(ctx, interrupted, 0, 0, nil))
	list := kept()
	require.Len(t, list, 3)
	assert.Equal(t, []imports.Result{imports.Interrupted, imports.Failed, imports.Done}, []imports.Result{list[0].Result, list[1].Result, list[2].Result})
	assert.Equal(t, []any{[]string{"no such table"}, true, -1}, []any{list[1].Faults, list[1].DryRun, list[1].Percent()})
	after, err := f.Imports(ctx, list[1].ID, 10)
	require.NoError(t, err)
	assert.Equal(t, list[2:], after)

	f.advance(180*24*time.Hour + time.Second)
	begin("clients")
	_, err = storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil).Sweep(ctx)
	require.NoError(t, err)
	list = kept()
	require.Len(t, list, 1)
	assert.Equal(t, "clients", list[0].Command)
}
