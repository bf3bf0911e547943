package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each example is in the list, with what it is, and the list says what to start first.
func TestExamplesAreListed(t *testing.T) {
	t.Parallel()
	list, err := exec.CommandContext(t.Context(), "make", "-s", "-C", "../..", "examples").CombinedOutput()
	require.NoError(t, err, "%s", list)
	lines := strings.Split(string(list), "\n")
	assert.Contains(t, lines[0], `"make run"`)
	var listed []string
	for _, line := range lines {
		if target, what, ok := strings.Cut(strings.TrimSpace(line), " "); ok && target == "make" {
			name, description, _ := strings.Cut(what, " ")
			listed = append(listed, strings.TrimPrefix(name, "example-"))
			assert.Greater(t, len(strings.Fields(description)), 3, name)
		}
	}
	entries, err := os.ReadDir("../examples")
	require.NoError(t, err)
	var present []string
	for _, entry := range entries {
		if entry.IsDir() {
			present = append(present, entry.Name())
		}
	}
	slices.Sort(listed)
	assert.Equal(t, present, listed)
}

// What is missing is said in one sentence, with what to do about it.
func TestExamplesSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := dev(t)
	// What the script needs itself, and not what the example does.
	programs := t.TempDir()
	for _, name := range []string{"sh", "dirname", "mkdir", "curl"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(programs, name)))
	}
	said := func(name, issuer string) string {
		cmd := exec.CommandContext(t.Context(), "../examples/run.sh", name)
		cmd.Env = []string{"PATH=" + programs, "ISSUER=" + issuer}
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		return string(out)
	}
	nowhere := "http://127.0.0.1:1"
	for _, name := range []string{"api", "api-node", "web"} {
		assert.Equal(t, "No server answers at "+nowhere+". Start it first, in another terminal: make run\n", said(name, nowhere), name)
	}
	assert.Equal(t, "This example needs node. On Debian: apt-get install nodejs npm\n", said("spa", s.url))
	assert.Equal(t, "This example needs python3. On Debian: apt-get install python3 python3-venv\n", said("api-python", s.url))
	assert.Equal(t, "This example needs go. See https://go.dev/dl\n", said("service", s.url))
	assert.Contains(t, said("nonsense", s.url), "There is no example nonsense")
}
