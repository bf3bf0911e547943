package storagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// Sealed values are only replaced if they still are what was read: of two servers that reseal, or
// of one server and an operator who changes the secret, the first wins.
func testReseal(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := keys.Row{KID: "k", Algorithm: keys.ES256, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: f.clock()}
	require.NoError(t, f.AddSigningKey(ctx, row))
	require.NoError(t, f.ResealSigningKey(ctx, "k", []byte{1}, []byte{2}))
	require.NoError(t, f.ResealSigningKey(ctx, "k", []byte{1}, []byte{3}))
	rows, err := f.SigningKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []byte{2}, rows[0].Sealed)

	c := sampleClient("app", f.clock())
	c.Secrets = []client.Secret{{ID: f.newID(), Hash: "$sealed$one", CreatedAt: f.clock()}, {ID: f.newID(), Hash: "$sha256$two", CreatedAt: f.clock()}}
	require.NoError(t, f.CreateClient(ctx, c))
	kept := func() []client.KeptSecret {
		list, err := f.SecretsBeginning(ctx, "$sealed$")
		require.NoError(t, err)
		return list
	}
	want := client.KeptSecret{ID: c.Secrets[0].ID, ClientID: "app", Hash: "$sealed$one"}
	assert.Equal(t, []client.KeptSecret{want}, kept())
	want.Hash = "$sealed$new"
	require.NoError(t, f.ReplaceSecret(ctx, want.ID, "$sealed$one", want.Hash))
	require.NoError(t, f.ReplaceSecret(ctx, want.ID, "$sealed$one", "$sealed$late"))
	assert.Equal(t, []client.KeptSecret{want}, kept())
}
