package storagetest

import (
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// Any JOSE library verifies a checkpoint with the published keys, which have no private part.
func testAuditKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.auditor(t)
	a.acts(t, 1)
	body, err := a.keys.PublicKeys(ctx)
	require.NoError(t, err)
	assert.NotContains(t, string(body), `"d":`)
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(body, &set))
	require.Len(t, set.Keys, 1)
	jws, err := jose.ParseSignedCompact(a.signed[0], []jose.SignatureAlgorithm{jose.EdDSA})
	require.NoError(t, err)
	payload, err := jws.Verify(set.Key(jws.Signatures[0].Header.KeyID)[0])
	require.NoError(t, err)
	assert.Contains(t, string(payload), `"seq":1,`)
	assert.Equal(t, "audit-checkpoint+jwt", jws.Signatures[0].Header.ExtraHeaders["typ"])

	// A rotation of the data keys seals the key again, once.
	ring := a.ring
	require.NoError(t, ring.Rotate(ctx, audit.BackgroundJob("test"), f.clock()))
	n, err := a.keys.Reseal(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	n, err = a.keys.Reseal(ctx)
	require.NoError(t, err)
	assert.Zero(t, n)
	again, err := a.keys.PublicKeys(ctx)
	require.NoError(t, err)
	assert.JSONEq(t, string(body), string(again))
	a.acts(t, 1)
	a.intact(t)

	rows, err := f.AuditKeys(ctx)
	require.NoError(t, err)
	require.ErrorIs(t, f.AddAuditKey(ctx, chain.KeyRow{Number: 1, KeyID: "second", Sealed: []byte{1}, CreatedAt: f.clock()}), provider.ErrConflict)
	require.NoError(t, f.ResealAuditKey(ctx, rows[0].KeyID, []byte("not what is stored"), []byte{1}))
	unchanged, err := f.AuditKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, rows, unchanged)
}
