package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

//go:generate go test -vet=off -count=1 -run ^TestReferenceIsCurrent$ . -args -write

var write = flag.Bool("write", false, "write the reference instead of comparing it")

// The pages of the reference are made from what the program itself reads: they can neither lack
// anything nor name what does not exist.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"../../cmd/gatehouse/setting_texts.json": settingTexts(t),
		"settings.md":                            settingsPage(t), "commands.md": commandsPage(newRoot(terminal{})), "errors.md": errorsPage(defaults()),
	} {
		path := filepath.Join("..", "..", "deploy", "docs", name)
		if *write {
			require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
			continue
		}
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, page, string(content), "%s is out of date: make generate", name)
	}
}

// commandsPage has a part for each verb, with the texts that --help shows.
func commandsPage(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Command line\n\nEvery command, with the texts of its `--help`. This page is made from the program.\n")
	var walk func(cmd *cobra.Command, level int)
	walk = func(cmd *cobra.Command, level int) {
		writeCommand(&b, cmd, level)
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub, min(level+1, 4))
			}
		}
	}
	writeCommand(&b, root, 1)
	for _, sub := range root.Commands() {
		if sub.IsAvailableCommand() {
			walk(sub, 2)
		}
	}
	return b.String()
}

// writeCommand writes the part of one verb. The root, on level 1, is the beginning of the page.
func writeCommand(b *strings.Builder, cmd *cobra.Command, level int) {
	if level > 1 {
		fmt.Fprintf(b, "\n%s %s\n", strings.Repeat("#", level), cmd.CommandPath())
	}
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	for _, part := range blocks(about) {
		if part.verbatim {
			fmt.Fprintf(b, "\n```\n%s\n```\n", part.text)
			continue
		}
		fmt.Fprintf(b, "\n%s\n", asText(part.text))
	}
	fmt.Fprintf(b, "\n```\n%s\n```\n", usage(cmd))
	if cmd.Example != "" {
		fmt.Fprintf(b, "\nFor example:\n\n```\n%s\n```\n", strings.TrimRight(cmd.Example, "\n"))
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if rows := flagTexts(cmd.LocalFlags()); len(rows) > 1 { // each has --help
		b.WriteString("\n| flag | what |\n|---|---|\n")
		for _, r := range rows {
			fmt.Fprintf(b, "| `%s` | %s |\n", strings.TrimSpace(r.name), asText(r.text))
		}
	}
}

// errorsPage has every check, as the page of an error and `gatehouse explain` explain it.
func errorsPage(c config) string {
	var b strings.Builder
	b.WriteString("# Errors\n\nEvery check that can refuse a request, by the name under which `gatehouse explain`, the log and the metrics know it.\n" +
		"[When something is refused](refusals.md) says how to find out which it was. Where a text names a time, it is the default.\n" +
		"This page is made from the program.\n")
	catalogue := refusal.NewCatalogue(refusal.Limits{Code: c.CodeLifetime, RefreshIdle: c.RefreshTokenIdle, Refresh: c.RefreshTokenLifetime})
	for _, check := range catalogue.Checks() {
		e := catalogue.Explain(check)
		fmt.Fprintf(&b, "\n### %s\n\n**%s.** %s\n\n%s\n", asText(string(check)), asText(e.Title), marked(e.Explanation), marked(e.Hint))
		if e.Fix != "" {
			fmt.Fprintf(&b, "\nFor administrators: %s\n", marked(e.Fix))
		}
	}
	return b.String()
}

// asText is a text in Markdown in which nothing is markup.
func asText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "|", `\|`).Replace(text)
}

// marked is a text that sets names in backquotes, as those of the catalogue do.
func marked(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 {
			parts[i] = asText(parts[i])
		}
	}
	return strings.Join(parts, "`")
}
