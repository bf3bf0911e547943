package client_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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

func (s shelf) ClientIDs(_ context.Context, limit int) ([]string, error) {
	if _, broken := s["broken"]; broken {
		return nil, errors.New("no ids")
	}
	ids := slices.Sorted(maps.Keys(s))
	return ids[:min(limit, len(ids))], nil
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

// After a restart a client is known before its first request, and one that was registered
// elsewhere when the caches hear of it.
func TestDirectoryLearnsWhoIsRegistered(t *testing.T) {
	t.Parallel()
	store := shelf{"billing": {ID: "billing"}}
	d := client.NewDirectory(store, nil)
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.AtHand("billing"))
	assert.False(t, d.AtHand("later"))

	store["later"] = &client.Client{ID: "later"}
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.AtHand("later"))

	store["broken"] = &client.Client{ID: "broken"}
	assert.ErrorContains(t, d.Flush(t.Context()), "no ids", "it is to be called again")
	assert.True(t, d.AtHand("billing"))
}

// A crowd that only stands in the register pushes out nobody who is here.
func TestWhoeverAskedStaysAtHand(t *testing.T) {
	t.Parallel()
	store := shelf{"zebra": {ID: "zebra"}}
	d := client.NewDirectory(store, nil)
	_, err := d.Client(t.Context(), "zebra")
	require.NoError(t, err)
	for i := range 10_001 {
		id := fmt.Sprintf("crowd-%05d", i)
		store[id] = &client.Client{ID: id}
	}
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.AtHand("zebra"))
	assert.True(t, d.AtHand("crowd-00000"))
	assert.False(t, d.AtHand("crowd-10000"), "there is room for so many")
}
