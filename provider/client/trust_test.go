package client_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// What is said of a client that registered itself is said of no other.
func TestOnlySelfRegisteredClientsAreCalledSo(t *testing.T) {
	t.Parallel()
	store, registry, _ := importing(t)
	ctx, actor := t.Context(), audittest.Operator()
	trusted := func(id string, trust client.Trust) *client.Client {
		return &client.Client{ID: id, Trust: trust, AuthMethod: client.None, RedirectURIs: []string{"https://notes.example/cb"}, GrantTypes: []client.GrantType{client.AuthorizationCode}}
	}
	for _, id := range []string{"ours", "itself", "https://notes.example/client"} {
		_, err := registry.Create(ctx, actor, trusted(id, ""), "")
		require.NoError(t, err)
	}
	require.NoError(t, store.AddRegistration(ctx, registration.Kept{ClientID: "itself", Hash: []byte("x"), CreatedAt: time.Now()}))
	refused := func(err error) {
		t.Helper()
		var invalid *client.Invalid
		require.ErrorAs(t, err, &invalid)
		require.Len(t, invalid.Problems, 1)
		assert.Equal(t, "trust", invalid.Problems[0].Field)
		assert.Equal(t, fault.NotSelfRegistered, invalid.Problems[0].Fault.Code)
	}
	for _, trust := range []client.Trust{client.Unverified, client.Verified} {
		change := func(c *client.Client) error { c.Trust = trust; return nil }
		_, err := registry.Update(ctx, actor, "ours", change)
		refused(err)
		_, err = registry.Create(ctx, actor, trusted("new", trust), "")
		refused(err)
		results, err := registry.Import(store, actor, false).Add(ctx, []*client.Imported{{Client: *trusted("other", trust)}}, nil)
		require.NoError(t, err)
		refused(results[0])
		for _, id := range []string{"itself", "https://notes.example/client"} {
			_, err = registry.Update(ctx, actor, id, change)
			require.NoError(t, err, id)
		}
	}
}
