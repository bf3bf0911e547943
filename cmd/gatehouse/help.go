package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// How wide help is: as the terminal, within limits, or as the usual one where there is none.
const (
	usualWidth  = 80
	narrowWidth = 40
	wideWidth   = 120
)

// helpWidth is how many columns help may have on out.
func helpWidth(out io.Writer) int {
	file, ok := out.(*os.File)
	if !ok {
		return usualWidth
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns == 0 {
		return usualWidth
	}
	return min(max(columns, narrowWidth), wideWidth)
}

// writeHelp shows what cobra's help shows, in lines that are not wider than width. Examples are
// left as they are written: they are pasted.
func writeHelp(out io.Writer, cmd *cobra.Command, width int) error {
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			b.WriteString("\n" + title + ":\n" + text + "\n")
		}
	}
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	b.WriteString(reflow(about, width) + "\n")
	section("Usage", hanging(usage(cmd), "  ", "      ", width))
	if len(cmd.Aliases) > 0 {
		section("Aliases", "  "+cmd.NameAndAliases())
	}
	section("Examples", strings.TrimRight(cmd.Example, "\n"))
	var verbs []described
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			verbs = append(verbs, described{"  " + sub.Name(), sub.Short})
		}
	}
	section("Available Commands", columns(verbs, width))
	section("Flags", columns(flagTexts(cmd.LocalFlags()), width))
	section("Global Flags", columns(flagTexts(cmd.InheritedFlags()), width))
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\n" + reflow(fmt.Sprintf("Use %q for more information about a command.", cmd.CommandPath()+" [command] --help"), width) + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func usage(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " [command]"
	}
	return cmd.UseLine()
}

// described is a name with what it means.
type described struct{ name, text string }

// widestName is how wide the column of names is at most. A longer name has its text below it.
const widestName = 27

// columns sets names beside texts.
func columns(rows []described, width int) string {
	names := 0
	for _, r := range rows {
		if n := len(r.name); n <= widestName {
			names = max(names, n)
		}
	}
	const gap = 3
	indent := strings.Repeat(" ", names+gap)
	lines := make([]string, len(rows))
	for i, r := range rows {
		if len(r.name) > names {
			lines[i] = r.name + "\n" + hanging(r.text, indent, indent, width)
			continue
		}
		lines[i] = hanging(r.text, r.name+indent[len(r.name):], indent, width)
	}
	return strings.Join(lines, "\n")
}

// flagTexts are the flags with their type, what they are for and their default, in the words of pflag.
func flagTexts(flags *pflag.FlagSet) []described {
	one := regexp.MustCompile(`^( +(?:-\w, )?--\S+(?: \S+)?) {2,}(.*)$`)
	var rows []described
	for line := range strings.Lines(flags.FlagUsages()) {
		line = strings.TrimRight(line, "\n")
		if m := one.FindStringSubmatch(line); m != nil {
			rows = append(rows, described{m[1], m[2]})
			continue
		}
		rows = append(rows, described{line, ""})
	}
	return rows
}
