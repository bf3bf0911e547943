package test_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/gatehouse-id/gatehouse/"

// rule lists what the packages below a folder must not import. Both sides are prefixes of
// import paths, or whole ones with $ at the end; from and except are relative to the module.
type rule struct {
	from      string
	except    []string
	forbidden []string
	allowed   []string
	why       string
}

// rules is the dependency graph of the packages: cmd -> handlers -> provider <- storage <- cmd.
func rules() []rule {
	return []rule{
		{
			from: "provider/", except: []string{"provider/oauth", "provider/resource", "provider/outbound"}, forbidden: []string{"net/http", "database/sql", "gorm.io/", "github.com/gorilla/", "github.com/ory/"},
			why: "the domain is independent of HTTP and SQL",
		},
		{
			from: "", except: []string{"provider/oauth", "handlers/oauth"}, forbidden: []string{"github.com/ory/"},
			why: "only the packages that compose fosite import it",
		},
		{
			from: "provider/", forbidden: []string{module}, allowed: []string{module + "provider"},
			why: "the domain is independent of its adapters",
		},
		{
			from: "provider/", except: []string{"provider/oauth"}, forbidden: []string{module + "provider/oauth"},
			why: "the composition imports the domain, not the other way round",
		},
		{from: "provider/resource", forbidden: []string{module}, why: "resource servers import it without the rest of the module"},
		{from: "", except: []string{"test/"}, forbidden: []string{module + "provider/resource/resourcetest"}, why: "its issuer is for tests"},
		{
			from: "storage", except: []string{"storage/storagetest"}, forbidden: []string{"net/http", module + "handlers", module + "ratelimit", module + "metrics", module + "provider/oauth"},
			why: "storage only adapts the domain to SQL",
		},
		{
			from: "handlers", forbidden: []string{"gorm.io/", "database/sql", module + "storage", module + "cmd"},
			why: "handlers reach the database only through the domain",
		},
		{
			from: "handlers/wire", forbidden: []string{module}, allowed: []string{module + "provider$", module + "provider/refusal"},
			why: "every package of endpoints reads requests and writes JSON with it",
		},
		{
			from: "handlers/websession", forbidden: []string{module + "handlers", module + "provider/oauth"}, allowed: []string{module + "handlers/wire"},
			why: "every page for a signed-in user shares it, also pages without an authorization request",
		},
		{from: "ratelimit", forbidden: []string{module}, allowed: []string{module + "provider"}, why: "a leaf package"},
		{from: "metrics", forbidden: []string{module}, allowed: []string{module + "provider"}, why: "a leaf package"},
		{
			from: "", except: []string{"test/", "storage/storagetest"}, forbidden: []string{"testing", "github.com/stretchr/", module + "test/", module + "storage/storagetest", module + "provider/audit/audittest", module + "provider/factor/factortest", module + "provider/passkey/passkeytest"},
			why: "production code does not import test packages",
		},
	}
}

// violations lists the imports of a package that a rule forbids.
func (r rule) violations(path string, imports []string) []string {
	inside := strings.TrimPrefix(path, module)
	below := func(prefix string) bool {
		return strings.HasPrefix(inside+"/", strings.TrimSuffix(prefix, "/")+"/") || prefix == ""
	}
	if !below(r.from) || slices.ContainsFunc(r.except, below) {
		return nil
	}
	starts := func(imported string) func(string) bool {
		return func(prefix string) bool {
			if exact, only := strings.CutSuffix(prefix, "$"); only {
				return imported == exact
			}
			return imported == prefix || strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/")
		}
	}
	var list []string
	for _, imported := range imports {
		if slices.ContainsFunc(r.forbidden, starts(imported)) && !slices.ContainsFunc(r.allowed, starts(imported)) {
			list = append(list, fmt.Sprintf("%s imports %s: %s", inside, imported, r.why))
		}
	}
	return list
}

type goPackage struct {
	ImportPath string
	Name       string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Name,Dir,Imports,GoFiles", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	var list []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		list = append(list, p)
	}
	require.Greater(t, len(list), 10)
	return list
}

func TestDependencyRules(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, r := range rules() {
			for _, fault := range r.violations(p.ImportPath, p.Imports) {
				t.Error(fault)
			}
		}
	}
}

// A rule that matches nothing would pass on any code.
func TestDependencyRulesFindViolations(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ path, imported string }{
		{"provider/grant", "net/http"},
		{"provider/grant", "gorm.io/gorm"},
		{"provider/client", "github.com/ory/fosite"},
		{"provider/client", module + "storage"},
		{"provider/grant", module + "provider/oauth"},
		{"provider/oauth", module + "handlers"},
		{"storage", "net/http"},
		{"storage", module + "provider/oauth"},
		{"storage", "github.com/ory/fosite/compose"},
		{"handlers", module + "storage"},
		{"handlers/oauth", "gorm.io/gorm/clause"},
		{"handlers", "github.com/ory/fosite"},
		{"handlers/wire", module + "handlers/route"},
		{"handlers/wire", module + "provider/oauth"},
		{"handlers/websession", module + "handlers/browser"},
		{"handlers/websession", module + "handlers/pages"},
		{"handlers/websession", module + "provider/oauth"},
		{"ratelimit", module + "handlers"},
		{"metrics", module + "storage"},
		{"provider/resource", module + "provider"},
		{"provider/resource/resourcetest", module + "provider/resource"},
		{"cmd/gatehouse", module + "provider/resource/resourcetest"},
		{"cmd/gatehouse", "testing"},
		{"handlers", module + "test/services"},
		{"provider", "database/sql"},
	} {
		found := 0
		for _, r := range rules() {
			found += len(r.violations(module+tc.path, []string{tc.imported}))
		}
		assert.Positive(t, found, "%s -> %s", tc.path, tc.imported)
	}
	for _, tc := range []struct{ path, imported string }{
		{"provider/oauth", "net/http"},
		{"provider/oauth", "github.com/ory/fosite"},
		{"provider/resource", "net/http"},
		{"provider/oauth", module + "provider/grant"},
		{"storage", "gorm.io/gorm"},
		{"handlers", module + "provider/refusal"},
		{"handlers/wire", module + "provider/refusal"},
		{"handlers/websession", module + "handlers/wire"},
		{"handlers/websession", module + "provider/session"},
		{"cmd/gatehouse", module + "storage"},
		{"storage/storagetest", "testing"},
	} {
		for _, r := range rules() {
			assert.Empty(t, r.violations(module+tc.path, []string{tc.imported}))
		}
	}
}

func TestEveryPackageHasADocFile(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.Name == "main" && strings.Contains(p.ImportPath, "/test/") {
			continue // the package comment of a test program may be in any file
		}
		assert.Contains(t, p.GoFiles, "doc.go", p.ImportPath)
	}
}

func TestTopLevelHasOnlyTheAgreedEntries(t *testing.T) {
	t.Parallel()
	agreed := []string{"cmd", "provider", "storage", "handlers", "ratelimit", "metrics", "deploy", "test", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE"}
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "--full-name", "--", "..").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(out)) {
		top, _, _ := strings.Cut(path, "/")
		assert.True(t, strings.HasPrefix(top, ".") || slices.Contains(agreed, top), path)
	}
}

func TestFilesAreSmallAndNamedBySubject(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			content, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			assert.LessOrEqual(t, strings.Count(string(content), "\n"), 400, "%s/%s", p.ImportPath, name)
			assert.NotContains(t, []string{"util.go", "utils.go", "common.go", "helpers.go", "service.go", "misc.go"}, name, p.ImportPath)
		}
	}
}
