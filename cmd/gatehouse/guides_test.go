package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A verb or a flag that was renamed must not stay in the guides.
func TestCommandsInTheGuidesExist(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob("../../deploy/docs/*.md")
	require.NoError(t, err)
	found := 0
	for _, path := range append(guides, "../../README.md") {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, line := range commandsIn(string(content)) {
			found++
			words := strings.Fields(line)
			verb, rest, err := newRoot(terminal{}).Find(words)
			if !assert.NoError(t, err, "%s: gatehouse %s", path, line) {
				continue
			}
			assert.True(t, !verb.HasParent() || verb.Runnable() || len(rest) == 0, "%s: gatehouse %s: no such verb", path, line)
			verb.InitDefaultHelpFlag()
			for _, word := range words {
				flag, _, _ := strings.Cut(word, "=")
				if name, ok := strings.CutPrefix(flag, "--"); ok && name != "" {
					assert.NotNil(t, verb.Flag(name), "%s: gatehouse %s: no flag %s", path, line, flag)
				}
			}
		}
	}
	assert.Greater(t, found, 100)
}

// commandsIn are the command lines of a guide, without the name of the program: lines of its shell blocks
// and its code within sentences.
func commandsIn(markdown string) []string {
	var code []string
	for _, block := range regexp.MustCompile("(?s)```(?:sh)?\n(.*?)```").FindAllStringSubmatch(markdown, -1) {
		code = append(code, strings.Split(strings.ReplaceAll(block[1], "\\\n", " "), "\n")...)
	}
	outside := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(markdown, "")
	for _, span := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(outside, -1) {
		code = append(code, strings.ReplaceAll(span[1], "\n", " "))
	}
	var commands []string
	for _, line := range code {
		for _, m := range regexp.MustCompile(`(?:^|[\s/(])gatehouse ((?:[a-z-]+|--)[^|;<>#)]*)`).FindAllStringSubmatch(line, -1) {
			commands = append(commands, m[1])
		}
	}
	return commands
}

// What a guide registers, this version registers. The creation of a user asks for a password.
func TestRegistrationsInTheGuidesWork(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]int{"recipes.md": 6, "products.md": 3, "services.md": 3, "sign-in.md": 1, "claims.md": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile("../../deploy/docs/" + name)
			require.NoError(t, err)
			directory, done := t.TempDir(), 0
			for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(content), -1) {
				for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
					if !regexp.MustCompile(`^gatehouse (client|scope) create `).MatchString(line) {
						continue
					}
					var args []string
					for _, word := range regexp.MustCompile(`(?:[^\s"']|"[^"]*"|'[^']*')+`).FindAllString(line, -1)[1:] {
						args = append(args, strings.NewReplacer(`"`, "", "'", "").Replace(word))
					}
					var shown strings.Builder
					code := run(t.Context(), terminal{Args: append(args, "--data-dir", directory), In: strings.NewReader(""), Out: &shown, Err: &shown})
					assert.Zero(t, code, "%s\n%s", line, shown.String())
					done++
				}
			}
			assert.GreaterOrEqual(t, done, least)
		})
	}
}
