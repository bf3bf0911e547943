package settings_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The program is one: the compiler knows the keys of the library.
func TestProgramOfGoOIDCCompiles(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "go-oidc") {
		dir := t.TempDir()
		file := filepath.Join(dir, "main.go")
		require.NoError(t, os.WriteFile(file, []byte(texts["main.go"]), 0o600))
		out, err := exec.CommandContext(t.Context(), "go", "vet", file).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
