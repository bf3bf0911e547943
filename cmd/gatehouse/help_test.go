package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// eachVerb calls for every command that help shows, except for cobra's own.
func eachVerb(t *testing.T, each func(cmd *cobra.Command)) {
	t.Helper()
	seen := 0
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			return
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		seen++
		each(cmd)
	}
	walk(newRoot(terminal{}))
	assert.Greater(t, seen, 80)
}

// The help of each verb shows an example that can be typed, and pasted with what is said about it.
func TestEveryVerbShowsAnExample(t *testing.T) {
	t.Parallel()
	remark := regexp.MustCompile(`\S {2,}[^# ]`)
	eachVerb(t, func(cmd *cobra.Command) {
		assert.NotRegexp(t, remark, cmd.Example, "%s: a remark begins with #", cmd.CommandPath())
		if cmd.IsAvailableCommand() && !cmd.HasSubCommands() {
			assert.Contains(t, cmd.Example, cmd.CommandPath())
			assert.NotEmpty(t, cmd.Short, cmd.CommandPath())
		}
	})
}

// Help fits into the usual terminal, examples included, and says the same in a wider one.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	shown := func(cmd *cobra.Command, width int) string {
		var b strings.Builder
		require.NoError(t, writeHelp(&b, cmd, width))
		return b.String()
	}
	eachVerb(t, func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		text := shown(cmd, usualWidth)
		for line := range strings.Lines(text) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), usualWidth, "%s: %s", cmd.CommandPath(), line)
			assert.NotRegexp(t, ` \n`, line, cmd.CommandPath())
		}
		assert.Equal(t, strings.Fields(text), strings.Fields(shown(cmd, wideWidth)), cmd.CommandPath())
		assert.Equal(t, strings.Fields(text), strings.Fields(shown(cmd, narrowWidth)), cmd.CommandPath())
	})
}

func TestHelpWidth(t *testing.T) {
	t.Parallel()
	assert.Equal(t, usualWidth, helpWidth(io.Discard))
	file, err := os.Create(t.TempDir() + "/help.txt")
	require.NoError(t, err)
	assert.Equal(t, usualWidth, helpWidth(file))
	require.NoError(t, file.Close())

	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	for columns, want := range map[uint16]int{0: usualWidth, 10: narrowWidth, 72: 72, 100: 100, 400: wideWidth} {
		require.NoError(t, unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
		assert.Equal(t, want, helpWidth(screen), columns)
	}
	require.NoError(t, screen.Close())
}

func TestReflowKeepsWhatIsIndented(t *testing.T) {
	t.Parallel()
	text := "One two\nthree.\n\nBelow:\n  a   list  of\n  two\nand after\n\n\tdeep\n"
	assert.Equal(t, "One two three.\n\nBelow:\n  a   list  of\n  two\nand after\n\n\tdeep", reflow(text, 20))
	assert.Equal(t, "One\ntwo\nthree.\n\nBelow:\n  a   list  of\n  two\nand\nafter\n\n\tdeep", reflow(text, 6))
	assert.Empty(t, reflow("", 10))
	assert.Equal(t, "a-word-that-is-wider\nstays", reflow("a-word-that-is-wider stays", 10))
	assert.Equal(t, "  näh  äöü äöü\n       äöü", hanging("äöü äöü äöü", "  näh  ", "       ", 14))
}
