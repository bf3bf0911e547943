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
