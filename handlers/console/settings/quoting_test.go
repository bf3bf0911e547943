package settings_test

import (
	"os/exec"
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
