package storagetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// rollBack reverts migrations down to, and with, a named one.
func (f *fixture) rollBack(t *testing.T, name string) {
	t.Helper()
	for {
		undone, err := f.MigrateDown(t.Context())
		require.NoError(t, err)
		if undone.Name == name {
			return
		}
	}
}
