package client_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Several secrets are valid at once, within bounds; each ends by itself or by hand, but the last one
// stays as long as the client is enabled.
func TestSecretsEndOneByOne(t *testing.T) {
	t.Parallel()
	r, store := newRegistry(t)
	ctx, operator := t.Context(), audittest.Operator()
	_, err := r.Create(ctx, operator, &client.Client{ID: "app", GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
	require.NoError(t, err)
	secrets := func() []client.Secret {
		c, err := store.Client(ctx, "app")
		require.NoError(t, err)
		return c.Secrets
	}
	first := secrets()[0].ID
	require.ErrorIs(t, r.EndSecret(ctx, operator, "app", first), client.ErrLastSecret)
	_, _, err = r.RotateSecret(ctx, operator, "app", "", client.Terms{Overlap: time.Hour, Lifetime: 2 * time.Hour})
	require.NoError(t, err)
	require.Len(t, secrets(), 2)
	second := secrets()[1]
	assert.WithinDuration(t, time.Now().Add(2*time.Hour), *second.ExpiresAt, time.Minute)
	low := audit.Actor{Kind: audit.ClientActor, ID: "low", Scopes: []string{audit.ReadScope("clients")}}
	require.ErrorIs(t, r.EndSecret(ctx, low, "app", first), audit.ErrForbidden)
	require.NoError(t, r.EndSecret(ctx, operator, "app", first))
	require.ErrorIs(t, r.EndSecret(ctx, operator, "app", first), provider.ErrNotFound)
	require.ErrorIs(t, r.EndSecret(ctx, operator, "nothing", first), provider.ErrNotFound)
	require.ErrorIs(t, r.EndSecret(ctx, operator, "app", second.ID), client.ErrLastSecret)

	var refused error
	for range 20 {
		if _, _, refused = r.RotateSecret(ctx, operator, "app", "", client.Terms{Overlap: time.Hour}); refused != nil {
			break
		}
	}
	var invalid *client.Invalid
	require.ErrorAs(t, refused, &invalid)
	assert.Len(t, secrets(), 10)
	_, _, err = r.RotateSecret(ctx, operator, "app", "", client.Terms{})
	require.NoError(t, err, "which ends the others")
	_, err = r.Update(ctx, operator, "app", func(c *client.Client) error { c.Disabled = true; return nil })
	require.NoError(t, err)
	require.NoError(t, r.EndSecret(ctx, operator, "app", secrets()[0].ID), "the client is disabled")
	records, err := store.Records(ctx, audit.Filter{Action: audit.ClientEndSecret}, 10)
	require.NoError(t, err)
	assert.Len(t, records, 2)
}
