package settings_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oauth2-proxy itself says what it knows: with all settings known, it goes on to the one that is missing here.
func TestSettingsOfOAuth2ProxyAreKnownToIt(t *testing.T) {
	t.Parallel()
	start := func(text string) string {
		file := filepath.Join(t.TempDir(), "oauth2-proxy.cfg")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		out, err := exec.CommandContext(t.Context(), "go", "tool", "-C", "../../..", "-modfile=test/tools/oauth2-proxy.mod", "oauth2-proxy", "--config", file).CombinedOutput()
		require.Error(t, err)
		return string(out)
	}
	for _, texts := range variants(t, "oauth2-proxy") {
		text := texts["oauth2-proxy.cfg"]
		assert.Contains(t, start(text), "missing setting: cookie-secret")
		assert.Contains(t, start(strings.Replace(text, "redirect_url", "redirect_uri", 1)), "invalid keys: redirect_uri")
	}
}
