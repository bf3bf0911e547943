package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// A token that a client got for itself has its id as the subject: as the id of a client, the subject of a
// user would make the client that user to a resource server (RFC 9700 section 4.15).
func TestNoClientHasTheSubjectOfAUser(t *testing.T) {
	t.Parallel()
	store, registry, _ := importing(t)
	ctx := t.Context()
	alice := &account.User{ID: provider.ID{1}, Subject: "alice@other", Username: "alice", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	gone := &account.User{ID: provider.ID{2}, Subject: "gone", Username: "bob", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	for _, u := range []*account.User{alice, gone} {
		require.NoError(t, store.CreateUser(ctx, u))
	}
	require.NoError(t, store.DeleteUser(ctx, gone.ID, time.Now()))
	for _, id := range []string{
		alice.Subject, alice.ID.String(), gone.Subject, gone.ID.String(),
		strings.ReplaceAll(alice.ID.String(), "-", ""), "0100000000000000-0000000000000000",
	} {
		var invalid *client.Invalid
		_, err := registry.Create(ctx, audittest.Operator(), &client.Client{ID: id, GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
		require.ErrorAs(t, err, &invalid, id)
		assert.Equal(t, "client_id", invalid.Problems[0].Field)
		assert.Contains(t, invalid.Problems[0].Fault.String(), "subject")
		_, err = store.Client(ctx, id)
		require.ErrorIs(t, err, provider.ErrNotFound, "nothing is left of it")
		for _, dry := range []bool{true, false} {
			results, err := registry.Import(store, audittest.Operator(), dry).Add(ctx, []*client.Imported{
				imported(id, func(i *client.Imported) { i.Secret = strings.Repeat("k", 40) }),
				imported("a\x00b", func(*client.Imported) {}),
			}, nil)
			require.NoError(t, err)
			for _, result := range results {
				require.ErrorAs(t, result, &invalid)
				assert.Equal(t, "client_id", invalid.Problems[0].Field)
			}
		}
	}
	_, err := registry.Create(ctx, audittest.Operator(), &client.Client{ID: "alice", GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
	require.NoError(t, err, "the name of a user is no subject")
}
