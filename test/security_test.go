package test_test

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A renamed or removed test would leave a property in SECURITY.md that nothing shows.
func TestPropertiesInSecurityMDAreTested(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../.github/SECURITY.md")
	require.NoError(t, err)
	exist, source := tests(t)
	named := namedTests(string(document))
	assert.Greater(t, len(named), 100)
	for _, name := range named {
		name, part, _ := strings.Cut(name, "/")
		assert.True(t, slices.Contains(exist, name), name)
		quoted := `"` + strings.ReplaceAll(part, "_", " ") + `"`
		assert.True(t, part == "" || strings.Contains(source, quoted), "the part %s of %s", part, name)
	}
	_, properties, found := strings.Cut(string(document), "## Properties that are tested")
	require.True(t, found)
	for line := range strings.SplitSeq(properties, "\n- ") {
		if !strings.HasPrefix(line, "\n") {
			assert.NotEmpty(t, namedTests(line), "no test is named for: %s", line)
		}
	}
}

func TestNamedTestsAreFound(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"TestA", "TestB2/a_part-of"}, namedTests("- Testing: `TestB2/a_part-of`,\n  `TestA`, `TestA`, `Test`, [x](Test)"))
}

func namedTests(markdown string) []string {
	named := map[string]bool{}
	for _, match := range regexp.MustCompile(`\bTest[A-Z0-9]\w*(?:/[\w-]+)?`).FindAllString(markdown, -1) {
		named[match] = true
	}
	return slices.Sorted(maps.Keys(named))
}

// tests returns the names of all tests, and the source that names their parts.
func tests(t *testing.T) (names []string, source string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*_test.go", "storage/storagetest")
	list.Dir = ".."
	out, err := list.Output()
	require.NoError(t, err)
	var all strings.Builder
	for _, path := range strings.Fields(string(out)) {
		content, err := os.ReadFile("../" + path)
		if os.IsNotExist(err) {
			continue // removed, and not committed yet
		}
		require.NoError(t, err)
		all.Write(content)
	}
	source = all.String()
	for _, match := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(source, -1) {
		names = append(names, match[1])
	}
	return names, source
}
