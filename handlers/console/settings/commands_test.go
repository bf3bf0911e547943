package settings_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestCommandsAreForWhatTheClientMayDo(t *testing.T) {
	t.Parallel()
	c := hostile()
	names := func() string {
		files, err := settings.Commands(server(), c)
		require.NoError(t, err)
		var all []string
		for _, f := range files {
			all = append(all, f.Name)
		}
		return strings.Join(all, " ")
	}
	assert.Empty(t, names())
	c.GrantTypes = []client.GrantType{client.ClientCredentials}
	assert.Equal(t, "token.sh", names())
	c.MayIntrospect = true
	assert.Equal(t, "token.sh introspect.sh", names())
	for _, method := range []client.AuthMethod{client.None, client.PrivateKeyJWT, client.SecretJWT} {
		c.AuthMethod = method
		assert.Empty(t, names(), method)
	}
}

func TestCommandsSendWhatTheClientIs(t *testing.T) {
	t.Parallel()
	c := hostile()
	c.GrantTypes, c.MayIntrospect = []client.GrantType{client.ClientCredentials}, true
	commands, err := settings.Commands(server(), c)
	require.NoError(t, err)
	for _, f := range commands {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", `TOKEN=abc; curl() { printf '%s\n' "$@"; }`+"\n"+f.Text).CombinedOutput()
		require.NoError(t, err, string(out))
		words := strings.Split(string(out), "\n")
		assert.Equal(t, "shop%3A1%2Fa:CLIENT_SECRET", words[1])
		if f.Name == "token.sh" {
			assert.Equal(t, "https://id.example.com/oauth/token", words[2])
			assert.Equal(t, "scope="+strings.Join(c.Scopes, " "), words[6])
		} else {
			assert.Equal(t, "https://id.example.com/oauth/introspect", words[2])
			assert.Equal(t, "token=abc", words[4])
		}
	}
}
