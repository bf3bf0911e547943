package oauth_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// The metadata says what is not supported: a missing member has a default. Of what is not supported there are no lists.
func TestMetadataSaysWhatIsNotSupported(t *testing.T) {
	t.Parallel()
	protocol, err := oauth.New(oauth.Settings{Issuer: "https://id.example"}, oauth.Domain{})
	require.NoError(t, err)
	document, err := protocol.Metadata().Document()
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(document, &m))
	for _, name := range []string{"request_parameter_supported", "request_uri_parameter_supported"} {
		assert.Equal(t, false, m[name], name)
	}
	for name, value := range m {
		if list, ok := value.([]any); ok && name != "token_endpoint_auth_methods_supported" && name != "revocation_endpoint_auth_methods_supported" && name != "prompt_values_supported" {
			assert.NotContains(t, list, "none", name)
			assert.NotEmpty(t, list, name)
		}
	}
	for name := range m {
		assert.NotContains(t, name, "request_object_")
	}
	assert.Equal(t, []any{"RS256", "PS256", "ES256", "EdDSA"}, m["id_token_signing_alg_values_supported"], "all that a client may be registered for")
	for _, name := range []string{"roles", "groups"} {
		assert.Contains(t, m["scopes_supported"], name)
		assert.Contains(t, m["claims_supported"], name)
	}
}
