package e2e_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// A client that a generator of others makes from the served document compiles and works.
func TestGeneratedClient(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	secret := s.manager("ops", audit.AllScopes()...)
	s.soon(func() bool {
		return s.manage(basic("ops", secret), http.MethodGet, "/keys", "").status == http.StatusOK
	}, "the client is unknown")
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	document := write("openapi.json", s.get("/api/v1/openapi.json").body)
	config := write("generator.yaml", `package: main
output: `+filepath.Join(dir, "client.go")+`
generate: {models: true, client: true}
compatibility: {always-prefix-enum-values: true}
`)
	// The generated code is built with the versions that the tools have.
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile("../tools/" + name)
		require.NoError(t, err)
		write(name, string(content))
	}
	program, err := os.ReadFile("testdata/generated/main.go.txt")
	require.NoError(t, err)
	write("main.go", string(program))
	run := func(dir, name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("../..", "go", "tool", "-modfile=test/tools/go.mod", "oapi-codegen", "-config", config, document)
	run(dir, "go", "build", "-o", "use", ".")
	require.Contains(t, run(dir, filepath.Join(dir, "use"), s.url+"/api/v1", "ops", secret), "used Generated")
}
