package main

import (
	"strings"
	"unicode/utf8"
)

// block is a part of a long text: a paragraph, or lines that stay as they are because they are
// indented, such as a command or a list.
type block struct {
	text     string
	verbatim bool
	apart    bool // an empty line stands before it
}

// blocks are the parts of a help text.
func blocks(text string) []block {
	var parts []block
	apart := false
	for line := range strings.SplitSeq(strings.TrimRight(text, " \n"), "\n") {
		line = strings.TrimRight(line, " ")
		verbatim := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		last := len(parts) - 1
		switch {
		case line == "":
			apart = true
			continue
		case last < 0 || apart || parts[last].verbatim != verbatim:
			parts = append(parts, block{line, verbatim, apart && last >= 0})
		case verbatim:
			parts[last].text += "\n" + line
		default:
			parts[last].text += " " + line
		}
		apart = false
	}
	return parts
}

// reflow breaks the paragraphs of a text into lines of a width.
func reflow(text string, width int) string {
	var b strings.Builder
	for i, part := range blocks(text) {
		if i > 0 {
			b.WriteString("\n")
		}
		if part.apart {
			b.WriteString("\n")
		}
		if part.verbatim {
			b.WriteString(part.text)
			continue
		}
		b.WriteString(hanging(part.text, "", "", width))
	}
	return b.String()
}

// hanging breaks a text into lines of a width. The first line begins with first, the others with rest.
// A word that is wider stays whole: it may be a path to copy.
func hanging(text, first, rest string, width int) string {
	var lines []string
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line, empty = append(lines, line), rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return strings.Join(append(lines, strings.TrimRight(line, " ")), "\n")
}
