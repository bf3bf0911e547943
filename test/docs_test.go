package test_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// siteProgram builds the program that makes the site. It is in the module of the tools, so that the product
// does not depend on what it needs.
func siteProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-C", "tools", "-o", path, "./site").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// A link of a guide that leads nowhere would otherwise be found by a reader.
func TestGuidesMakeASite(t *testing.T) {
	t.Parallel()
	program, directory := siteProgram(t), filepath.Join(t.TempDir(), "site")
	out, err := exec.CommandContext(t.Context(), program, "../deploy/docs/index.md", directory).CombinedOutput()
	require.NoError(t, err, "%s", out)
	guides, err := filepath.Glob("../deploy/docs/*.md")
	require.NoError(t, err)
	require.Greater(t, len(guides), 20)
	for _, guide := range guides {
		name := strings.TrimSuffix(filepath.Base(guide), ".md") + ".html"
		content, err := os.ReadFile(filepath.Join(directory, name))
		require.NoError(t, err)
		page := string(content)
		assert.Equal(t, 1, strings.Count(page, "<h1"), name)
		assert.Equal(t, 1, strings.Count(page, `aria-current="page"`)+strings.Count(name, "index.html"), name)
		assert.NotContains(t, page, "<script", name)
		assert.NotRegexp(t, `(?:src|<link[^>]* href)="(?:https?:)?//`, page, "%s loads from elsewhere", name)
		assert.NotContains(t, page, "<!-- raw HTML omitted -->", name)
	}
	style, err := os.ReadFile(filepath.Join(directory, "style.css"))
	require.NoError(t, err)
	assert.Contains(t, string(style), "tab-size: 4", "programs in Go have tabs")
	assert.NotContains(t, string(style), "url(")
	assert.NotContains(t, string(style), "@import")
}

func TestSiteWithAFaultIsNotMade(t *testing.T) {
	t.Parallel()
	program := siteProgram(t)
	for name, one := range map[string]struct{ page, beside, fault string }{
		"link":                {"# A\n\n[x](gone.md)", "", "gone.md leads nowhere"},
		"anchor of the page":  {"# A\n\n[x](#gone)", "", "no heading #gone"},
		"anchor of another":   {"# A\n\n[x](index.md#gone)", "", "no heading #gone"},
		"picture":             {"# A\n\n![x](gone.png)", "", "no picture gone.png"},
		"picture from abroad": {"# A\n\n![x](https://example.com/x.png)", "", "on another server"},
		"way out":             {"# A\n\n[x](../../../..)", "", "out of the repository"},
		"no title":            {"text", "", "has no title"},
		"page not listed":     {"# A", "# B", "b.md is not listed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			docs, made := filepath.Join(top, "deploy", "docs"), filepath.Join(top, "made")
			require.NoError(t, os.MkdirAll(docs, 0o700))
			files := map[string]string{"index.md": "# Index\n\n## Part\n\n- [A](a.md)\n", "a.md": one.page}
			if one.beside != "" {
				files["b.md"] = one.beside
			}
			for file, content := range files {
				require.NoError(t, os.WriteFile(filepath.Join(docs, file), []byte(content), 0o600))
			}
			out, err := exec.CommandContext(t.Context(), program, filepath.Join(docs, "index.md"), made).CombinedOutput()
			require.Error(t, err)
			assert.Contains(t, string(out), one.fault)
			assert.NoDirExists(t, made)
			// Without the fault it is made.
			require.NoError(t, os.WriteFile(filepath.Join(docs, "a.md"), []byte("# A\n\n## Two words\n\n[x](#two-words), [y](index.md#part)"), 0o600))
			_ = os.Remove(filepath.Join(docs, "b.md"))
			out, err = exec.CommandContext(t.Context(), program, filepath.Join(docs, "index.md"), made).CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.FileExists(t, filepath.Join(made, "a.html"))
		})
	}
}

// Who has another version must not learn it from the compiler.
func TestGuidesNameTheVersionOfGo(t *testing.T) {
	t.Parallel()
	module, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(string(module))
	require.Len(t, version, 2)
	for _, guide := range []string{"../README.md", "../deploy/docs/quickstart-sign-in.md"} {
		content, err := os.ReadFile(guide)
		require.NoError(t, err)
		assert.Contains(t, string(content), "You need Go "+version[1]+", ", guide)
	}
}

// The READMEs are no pages of the site.
func TestLinksOfTheReadmesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, readme := range []string{"../README.md", "../deploy/README.md"} {
		content, err := os.ReadFile(readme)
		require.NoError(t, err)
		links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(content), -1)
		assert.Greater(t, len(links), 3, readme)
		for _, link := range links {
			assert.FileExists(t, filepath.Join(filepath.Dir(readme), link[1]), readme)
		}
	}
}
