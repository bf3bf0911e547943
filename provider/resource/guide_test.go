package resource_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// The program in the documentation of the package must be one that can be built.
func TestQuickstartCompiles(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var program strings.Builder
	for line := range strings.SplitSeq(string(doc), "\n") {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			program.WriteString(code + "\n")
		} else if line == "//" {
			program.WriteString("\n")
		}
	}
	path := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(path, []byte(program.String()), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "vet", path).CombinedOutput()
	require.NoError(t, err, string(out))
}

// A setting or method that was renamed must not stay in the guide.
func TestGuideNamesWhatExists(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../deploy/docs/resource-servers.md")
	require.NoError(t, err)
	known := map[string]bool{"Audience": true, "NewIssuer": true, "NewContext": true, "Revocations": true}
	for _, value := range []any{
		&resource.Options{}, &resource.Introspection{}, &resource.Revocations{}, &resource.Principal{}, &resource.Requirement{}, &resource.Stats{}, &resource.Verifier{}, &resourcetest.Issuer{},
	} {
		pointer := reflect.TypeOf(value)
		for field := range pointer.Elem().NumField() {
			known[pointer.Elem().Field(field).Name] = true
		}
		for method := range pointer.NumMethod() {
			known[pointer.Method(method).Name] = true
		}
	}
	text := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(guide), "")
	found := 0
	for _, match := range regexp.MustCompile("`(?:Introspection\\.|resource\\.|principal\\.)?([A-Z][A-Za-z]+)(?:\\([^`]*)?`").FindAllStringSubmatch(text, -1) {
		name := match[1]
		if name == "Authorization" || name == "Bearer" || name == "JWT" || name == "Collector" || name == "CounterFunc" {
			continue
		}
		assert.True(t, known[name], name)
		found++
	}
	assert.Greater(t, found, 25)
}
