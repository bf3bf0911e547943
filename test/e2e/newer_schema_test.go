package e2e_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// Running an older version on a newer schema is needed for a rollback, but must be enabled
// explicitly: the older version ignores data that only the newer one knows.
func TestNewerSchemaIsRefusedUnlessAllowed(t *testing.T) {
	t.Parallel()
	url := "sqlite://" + filepath.Join(t.TempDir(), "gatehouse.db")
	s := prepare(t, url)
	storagetest.AheadBy(t, url, 1)
	for _, verb := range [][]string{{"serve"}, {"client", "list"}, {"doctor"}} {
		said := s.refuses(verb...)
		assert.Contains(t, said, "1 migration(s) ahead of this version", verb)
		assert.Contains(t, said, "GATEHOUSE_ALLOW_NEWER_SCHEMA", verb)
	}
	s.env = append(s.env, "GATEHOUSE_ALLOW_NEWER_SCHEMA=true")
	s.run()
}

// refuses runs a command that must fail and returns its output.
func (s *server) refuses(args ...string) string {
	s.t.Helper()
	path, err := binary()
	require.NoError(s.t, err)
	cmd := exec.Command(path, args...)
	cmd.Env = s.env
	out, err := cmd.CombinedOutput()
	require.Error(s.t, err, "%s", out)
	return string(out)
}
