package settings_test

import (
	"encoding/json"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
)

// withScopes is a product that asks for all that the hostile client may have.
func withScopes(t *testing.T, name string) settings.Product {
	t.Helper()
	p := product(t, name)
	p.Scopes = hostile().Scopes
	return p
}

// A shell takes the words of a client for words, and carries out none of them.
func TestCommandsAreQuoted(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"gitea": "add.sh", "nextcloud": "provider.sh", "proxmox": "realm.sh"} {
		text := files(t, withScopes(t, name), hostile())[file]
		script := `gitea() { printf '%s\n' "$@"; }; php() { gitea "$@"; }; pveum() { gitea "$@"; }` + "\n" + text
		out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput()
		require.NoError(t, err, string(out))
		for _, scope := range hostile().Scopes[1:] {
			assert.Contains(t, string(out), scope, name)
		}
		assert.NotContains(t, string(out), "uid=0(", name)
		assert.Contains(t, strings.Split(string(out), "\n"), map[string]string{"gitea": "shop:1/a", "nextcloud": "--clientid=shop:1/a", "proxmox": "shop:1/a"}[name])
	}
}

// The name of the server is anything that its operator writes: each format reads it as it was.
func TestNamesOfServersAreQuoted(t *testing.T) {
	t.Parallel()
	name := "Ex\"am'p`le ${ID} \\ é 日本 #; <b>: {{x}} %(y)s\n[server]\nadmin = yes\x7f\u0085"
	s := server()
	s.Name = name
	text := func(of string) string {
		made, err := settings.For(product(t, of), s, registered(false))
		require.NoError(t, err)
		return made.Files[0].Text
	}
	spring := at(t, readYAML(t, text("spring")), "spring", "security", "oauth2", "client", "registration", s.ID())
	assert.Equal(t, strings.ReplaceAll(name, "${", `\${`), at(t, spring, "client-name"), "Spring puts properties in, unless they are escaped")
	inner, ok := at(t, readYAML(t, text("argo-cd")), "data", "oidc.config").(string)
	require.True(t, ok)
	assert.Equal(t, name, at(t, readYAML(t, inner), "name"))
	for of, expression := range map[string]string{"auth-js": `name: (".*"),`, "oauth2-proxy": `provider_display_name = (".*")`} {
		quoted := all(expression, text(of))
		require.Len(t, quoted, 1, of)
		var read string
		require.NoError(t, json.Unmarshal([]byte(quoted[0]), &read), of)
		assert.Equal(t, name, read)
		unquoted, err := strconv.Unquote(quoted[0])
		require.NoError(t, err)
		assert.Equal(t, name, unquoted)
		assert.NotRegexp(t, `[\x{7f}-\x{9f}]`, quoted[0], "which TOML does not take")
	}
	assert.Contains(t, text("grafana"), "\nname = \"\"\"Ex\"am'p`le ${ID} \\ é 日本 #; <b>: {{x}} %(y)s [server] admin = yes \u0085\"\"\"\n")
}

// Next.js puts variables in after dollars, unless they are escaped.
func TestVariablesForAuthJSAreQuoted(t *testing.T) {
	t.Parallel()
	c := registered(false)
	c.RedirectURIs = []string{"https://app.example.com/$HOME/api/auth/callback/exampleid"}
	assert.Contains(t, files(t, product(t, "auth-js"), c)[".env.local"], `AUTH_URL="https://app.example.com/\$HOME/api/auth"`+"\n")
}
