package resource_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever protects an API with this package gets nothing else of this module, nor its dependencies.
func TestImportsAreTheStandardLibraryAndGoJose(t *testing.T) {
	t.Parallel()
	const own = "github.com/gatehouse-id/gatehouse/provider/resource"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard", "./...").Output()
	require.NoError(t, err)
	found := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; found++ {
		var p struct {
			ImportPath string
			Standard   bool
		}
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		allowed := p.Standard || p.ImportPath == own || p.ImportPath == own+"/resourcetest" || strings.HasPrefix(p.ImportPath, "github.com/go-jose/go-jose/v4")
		assert.True(t, allowed, p.ImportPath)
	}
	assert.Greater(t, found, 50)
}
