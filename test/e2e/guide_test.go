package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide of the management API can be pasted into a shell, from top to bottom.
func TestAPIGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../deploy/API.md")
	require.NoError(t, err)
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Greater(t, len(blocks), 10)
	for _, block := range blocks {
		script.WriteString(block[1])
	}
	s := start(t, "")
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(script.String(), "https://id.example.com", issuer))
	cmd.Dir = t.TempDir()
	require.NoError(t, os.Symlink(path, filepath.Join(cmd.Dir, "gatehouse")))
	cmd.Env = append(s.env, "API="+s.url+"/api/v1", fmt.Sprintf("PATH=%s:%s", cmd.Dir, os.Getenv("PATH")))
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	t.Log(string(output))
}
