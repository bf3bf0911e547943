package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide of the management API can be pasted into a shell, from top to bottom, beside a development
// server, and again after its last part.
func TestAPIGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../deploy/docs/api.md")
	require.NoError(t, err)
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Greater(t, len(blocks), 10)
	for _, block := range blocks {
		script.WriteString(block[1])
	}
	s := dev(t)
	path, err := binary()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(path, filepath.Join(dir, "gatehouse")))
	for range 2 {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
		cmd.Dir = dir
		cmd.Env = append(s.env, "API="+s.url+"/api/v1", fmt.Sprintf("PATH=%s:%s", dir, os.Getenv("PATH")))
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", output)
		t.Log(string(output))
	}
	// The export followed the cursor to the end.
	exported, err := os.ReadFile(filepath.Join(dir, "audit.jsonl"))
	require.NoError(t, err)
	ids := map[string]bool{}
	for line := range strings.Lines(string(exported)) {
		var record struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		require.False(t, ids[record.ID], "twice: %s", record.ID)
		ids[record.ID] = true
	}
	require.Greater(t, len(ids), 20)
}
