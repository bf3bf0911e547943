package console_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

func TestLastVerificationIsShown(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.get("/admin/audit").Body.String()
	assert.Contains(t, page, "not verified yet")
	assert.Contains(t, page, "deploy/docs/audit.md")

	// A server has a key.
	require.NoError(t, chain.NewAuthenticator(f.store).Start(t.Context(), f.auditKeys))
	ops := audit.Actor{Kind: audit.OperatingSystemUser, ID: hostile, Host: "db1"}
	good := chain.Report{Whole: true, Records: 1204, First: 1, Reached: chain.Link{Sequence: 1204, Hash: []byte{1}}}
	require.NoError(t, f.verified.Keep(t.Context(), ops, good, nil))
	page = b.get("/admin/audit").Body.String()
	for _, want := range []string{"Everything is as it was recorded: 1,204 records, up to 1,204.", `<time datetime="2026-05-01T08:00:00Z">`, "command line", "db1"} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>alert")
	assert.Contains(t, b.get("/admin").Body.String(), "Nothing needs attention")

	f.later(time.Second)
	good.Whole = false
	require.NoError(t, f.verified.Keep(t.Context(), audit.BackgroundJob("audit-verify"), good, nil))
	assert.Contains(t, b.get("/admin/audit").Body.String(), "What was new is as it was recorded: 1,204 records")

	f.later(time.Second)
	id := f.id()
	require.NoError(t, f.verified.Keep(t.Context(), ops, good, &chain.Fault{Kind: chain.Changed, Sequence: 7, ID: id}))
	page = b.get("/admin/audit").Body.String()
	assert.Contains(t, page, "not intact")
	assert.Contains(t, page, "record 7 ("+id.String()+") was changed after it was sealed")
	assert.Contains(t, page, `<a href="/admin/audit/`+id.String()+`">Open the record</a>`)
	page = b.get("/admin").Body.String()
	assert.Contains(t, page, "The last verification of the audit log failed: record 7 (")
	assert.Contains(t, page, `href="/admin/audit#verified"`)
}
