package main

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// read is what man shows of a page: no requests, no fonts, and each name as its character.
func read(page string) string {
	var shown strings.Builder
	for line := range strings.Lines(page) {
		if heading, ok := strings.CutPrefix(line, ".SH "); ok {
			line = heading
		}
		if !strings.HasPrefix(line, ".") {
			shown.WriteString(line)
		}
	}
	return strings.NewReplacer(`\fB`, "", `\fR`, "", `\&`, "", `\-`, "-", `\(aq`, "'", `\(ga`, "`", `\(ha`, "^", `\(ti`, "~", `\(dq`, `"`, `\e`, `\`).Replace(shown.String())
}

// A page shows each word of --help, and the lines of examples and lists as they are.
func TestManualShowsWhatHelpShows(t *testing.T) {
	t.Parallel()
	seen := 0
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		seen++
		page := read(manualPage(cmd, time.Unix(0, 0)))
		words := " " + strings.Join(strings.Fields(page), " ") + " "
		assert.Contains(t, words, strings.Join(strings.Fields(cmd.Long), " "), cmd.CommandPath())
		assert.Contains(t, words, " "+cmd.Short+" ", cmd.CommandPath())
		for _, part := range blocks(cmd.Long) {
			if part.verbatim {
				assert.Contains(t, page, "\n"+part.text+"\n", cmd.CommandPath())
			}
		}
		assert.Contains(t, page, strings.TrimRight(cmd.Example, "\n"), cmd.CommandPath())
		for _, f := range append(flagTexts(cmd.LocalFlags()), flagTexts(cmd.InheritedFlags())...) {
			assert.Contains(t, words, strings.Join(strings.Fields(f.name+" "+f.text), " "), cmd.CommandPath())
		}
	}
	walk(newRoot(terminal{}))
	assert.Greater(t, seen, 80)
}

// Text that looks like markup is text.
func TestManualTakesNothingForMarkup(t *testing.T) {
	t.Parallel()
	long := "Names with _at_ or *, <ID> and 'quotes':\n\n  first `line`\n.SH line\n'so line\n  \\fBback\\fR ~/x ^y --flag\n\n- a list\n- of two\n\n    deep\n\n1. one"
	cmd := &cobra.Command{Use: "gatehouse", Short: "A *short* <text>", Long: long, Example: "  gatehouse 'a' \\\n      --b | c", RunE: func(*cobra.Command, []string) error { return nil }}
	page := manualPage(cmd, time.Unix(0, 0))
	for line := range strings.Lines(page) {
		assert.NotRegexp(t, `^'`, line)
		if strings.HasPrefix(line, ".") {
			assert.Regexp(t, `^\.(TH|SH|PP|TP|EX|EE|nh|ad l)\b`, line)
		}
	}
	assert.NotContains(t, page, "\n.SH line")
	shown := read(page)
	assert.Contains(t, shown, "Names with _at_ or *, <ID> and 'quotes':\n  first `line`\n.SH line 'so line\n  \\fBback\\fR ~/x ^y --flag\n- a list - of two\n    deep\n1. one\n")
	assert.Contains(t, shown, "gatehouse - A *short* <text>\n")
	assert.Contains(t, shown, "  gatehouse 'a' \\\n      --b | c\n")
}
