package fault_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

func TestTextNamesItsValues(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "must have at most 200 bytes", fault.New(fault.Long, "bytes", 200).String())
	assert.Equal(t, "a description must be UTF-8", fault.New(fault.ScopeDescription, "fault", fault.New(fault.UTF8)).String())
	assert.Equal(t, "as it is", fault.Plain("as it is").String())
	assert.Empty(t, (*fault.Fault)(nil).String())
	require.NoError(t, (*fault.Fault)(nil).Err())
	require.EqualError(t, fault.New(fault.UTF8).Err(), "must be UTF-8")
}

// Every code that is declared is among those that have a text, which are those that pages have to know.
func TestEveryCodeHasAText(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	require.NoError(t, err)
	declared := []fault.Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value) //nolint:forcetypeassert // a text
			assert.NoError(t, err)
			declared = append(declared, fault.Code(code))
		}
		return true
	})
	assert.ElementsMatch(t, declared, fault.Codes())
	for _, code := range fault.Codes() {
		assert.NotEmpty(t, fault.English(code), code)
	}
}

// A text without a code is for those who write JSON or files to import: no form leads to it.
func TestPlainTextsAreNoneOfForms(t *testing.T) {
	t.Parallel()
	root := os.DirFS(filepath.Join("..", ".."))
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "test/") {
			return err
		}
		content, err := fs.ReadFile(root, path)
		switch filepath.Base(path) {
		case "json.go", "import.go", "import_secret.go", "initial_tokens.go":
		default:
			assert.NotContains(t, string(content), "fault.Plain(", path)
		}
		return err
	})
	require.NoError(t, err)
}
