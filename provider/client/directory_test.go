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

// registry is a store of clients by id.
type registry map[string]*client.Client

func (s registry) Client(_ context.Context, id string) (*client.Client, error) {
	if c, ok := s[id]; ok {
		return c, nil
	}
	return nil, provider.ErrNotFound
}

func (s registry) ClientIDs(_ context.Context, limit int) ([]string, error) {
	if _, broken := s["broken"]; broken {
		return nil, errors.New("no ids")
	}
	ids := slices.Sorted(maps.Keys(s))
	return ids[:min(limit, len(ids))], nil
}

// An id that was never found may be made up. One that was found stays known when the cache is
// flushed, as it is at each change of a client, until the client is deleted.
func TestDirectoryKnowsWhoIsRegistered(t *testing.T) {
	t.Parallel()
	store := registry{"billing": {ID: "billing"}}
	d := client.NewDirectory(store, nil)
	assert.False(t, d.Known("billing"))
	assert.True(t, d.Known("no id at all"), "it needs no query")
	_, err := d.Client(t.Context(), "made-up")
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.False(t, d.Known("made-up"))

	_, err = d.Client(t.Context(), "billing")
	require.NoError(t, err)
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.Known("billing"))

	delete(store, "billing")
	_, err = d.Client(t.Context(), "billing")
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.False(t, d.Known("billing"))
}

// After a restart a client is known before its first request, and one that another process
// registered once the caches are flushed.
func TestDirectoryLearnsWhoIsRegistered(t *testing.T) {
	t.Parallel()
	store := registry{"billing": {ID: "billing"}}
	d := client.NewDirectory(store, nil)
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.Known("billing"))
	assert.False(t, d.Known("later"))

	store["later"] = &client.Client{ID: "later"}
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.Known("later"))

	store["broken"] = &client.Client{ID: "broken"}
	assert.ErrorContains(t, d.Flush(t.Context()), "no ids", "the caller has to try again")
	assert.True(t, d.Known("billing"))
}

// Clients that are only registered do not displace those that sent requests.
func TestClientsInUseStayKnown(t *testing.T) {
	t.Parallel()
	store := registry{"zebra": {ID: "zebra"}}
	d := client.NewDirectory(store, nil)
	_, err := d.Client(t.Context(), "zebra")
	require.NoError(t, err)
	for i := range 10_001 {
		id := fmt.Sprintf("other-%05d", i)
		store[id] = &client.Client{ID: id}
	}
	require.NoError(t, d.Flush(t.Context()))
	assert.True(t, d.Known("zebra"))
	assert.True(t, d.Known("other-00000"))
	assert.False(t, d.Known("other-10000"), "the limit is reached")
}
