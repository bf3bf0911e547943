package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
)

func TestScopesThatClientsCanNeed(t *testing.T) {
	t.Parallel()
	routes, err := proxy.ParseRoutes([]string{"read"}, []string{"/a=read write", "/b=write", "/c=admin"}, []string{"/open"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"read", "write", "admin"}, scopesOf(routes))
}
