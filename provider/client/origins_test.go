package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// sites is a store of origins; nil is one that fails.
type sites []string

func (s *sites) Origins(context.Context) ([]string, error) {
	if *s == nil {
		return nil, errors.New("away")
	}
	return *s, nil
}

func TestOriginsAreThoseLearnedLast(t *testing.T) {
	t.Parallel()
	store := &sites{"https://a.example", "https://b.example"}
	o := client.NewOrigins(store)
	assert.False(t, o.Allowed("https://a.example"), "not yet")
	require.NoError(t, o.Learn(t.Context()))
	assert.True(t, o.Allowed("https://a.example"))
	for _, other := range []string{"", "null", "https://a.example/", "https://A.example", "http://a.example", "https://c.example"} {
		assert.False(t, o.Allowed(other), other)
	}

	*store = sites{"https://b.example"}
	require.NoError(t, o.Learn(t.Context()))
	assert.False(t, o.Allowed("https://a.example"))

	*store = nil
	assert.ErrorContains(t, o.Learn(t.Context()), "away")
	assert.True(t, o.Allowed("https://b.example"), "the known ones stay while the database fails")
}
