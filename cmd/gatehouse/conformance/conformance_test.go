package conformance_test

import (
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

func from(server, alias string) (conformance.Suite, error) {
	return conformance.FromEnvironment(func(name string) string {
		return map[string]string{conformance.ServerVariable: server, conformance.AliasVariable: alias}[name]
	})
}

func TestSuiteFromTheEnvironment(t *testing.T) {
	t.Parallel()
	s, err := from("", "")
	require.NoError(t, err)
	assert.Equal(t, "https://localhost.emobix.co.uk:8443/test/a/gatehouse-conformance/callback", s.At("callback"))
	s, err = from("https://suite.example/", "mine")
	require.NoError(t, err)
	assert.Equal(t, "https://suite.example/test/a/mine/callback", s.At("callback"))
	assert.Equal(t, "suite.example", s.Host())
	for _, bad := range []string{"http://suite.example", "suite.example", "https://", "https://suite.example/path", "https://suite.example?x=y", "https://a:b@suite.example", "https://suite.example#x", "://"} {
		_, err := from(bad, "")
		assert.Error(t, err, bad)
	}
	for _, bad := range []string{"Upper", "a/b", "..", "a b"} {
		_, err := from("", bad)
		assert.Error(t, err, bad)
	}
}

// The suite signs with the key whose public half the server has, without the two having met.
func TestKeysOfTheClients(t *testing.T) {
	t.Parallel()
	s, err := from("", "")
	require.NoError(t, err)
	clients, err := conformance.Clients(s, "https://id.example.com")
	require.NoError(t, err)
	keys := 0
	for _, c := range clients {
		if c.Key == "" {
			assert.GreaterOrEqual(t, len(c.Secret), 32, c.ID)
			assert.Equal(t, conformance.Secret(c.ID), c.Secret)
			continue
		}
		keys++
		private, err := conformance.PrivateJWKS(c.Key)
		require.NoError(t, err)
		signing, public := one(t, string(private)), one(t, c.JWKS)
		assert.False(t, signing.IsPublic())
		assert.True(t, public.IsPublic())
		assert.Equal(t, signing.Public().Key, public.Key)
	}
	assert.Equal(t, 2, keys)
}

func one(t *testing.T, set string) jose.JSONWebKey {
	t.Helper()
	var s jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal([]byte(set), &s))
	require.Len(t, s.Keys, 1)
	return s.Keys[0]
}
