package client_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// shelf is a store of clients by id.
type shelf map[string]*client.Client

func (s shelf) Client(_ context.Context, id string) (*client.Client, error) {
	if c, ok := s[id]; ok {
		return c, nil
	}
	return nil, provider.ErrNotFound
}

// Ids that nobody ever looked up may be made up. Those that were found stay at hand when the
// memory is emptied, as it is at each change of a client, until they are gone.
func TestDirectoryKnowsWhoIsRegistered(t *testing.T) {
	t.Parallel()
	store := shelf{"billing": {ID: "billing"}}
	d := client.NewDirectory(store, nil)
	assert.False(t, d.AtHand("billing"))
	assert.True(t, d.AtHand("no id at all"), "the store is not asked")
	_, err := d.Client(t.Context(), "made-up")
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.False(t, d.AtHand("made-up"))

	_, err = d.Client(t.Context(), "billing")
	require.NoError(t, err)
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.AtHand("billing"))

	delete(store, "billing")
	_, err = d.Client(t.Context(), "billing")
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.False(t, d.AtHand("billing"))
}
