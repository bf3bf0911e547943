package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// manualPage is the page of a verb for man(1), with the texts that --help shows. It is written in the
// man macros directly: on the way through Markdown a text loses what looks like its markup.
func manualPage(cmd *cobra.Command, date time.Time) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	heading := func(title string) { line(".SH ", title) }

	line(".TH ", quoted(strings.ToUpper(pageName(cmd))), " 1 ", quoted(date.Format("Jan 2006")), " ", quoted("Gatehouse "+version), " ", quoted("Gatehouse"))
	line(".nh") // a name that is hyphenated cannot be copied
	line(".ad l")
	heading("NAME")
	line(roff(pageName(cmd)), ` \- `, roff(cmd.Short))
	heading("SYNOPSIS")
	line(`\fB`, roff(usage(cmd)), `\fR`)
	heading("DESCRIPTION")
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	for i, part := range blocks(about) {
		if part.apart && i > 0 {
			line(".PP")
		}
		if part.verbatim {
			line(asIs(part.text))
			continue
		}
		line(roff(part.text))
	}
	flags := func(title string, rows []described) {
		if len(rows) == 0 {
			return
		}
		heading(title)
		for _, r := range rows {
			line(".TP")
			line(`\fB`, roff(strings.TrimSpace(r.name)), `\fR`)
			line(roff(r.text))
		}
	}
	flags("OPTIONS", flagTexts(cmd.LocalFlags()))
	flags("OPTIONS OF EVERY VERB", flagTexts(cmd.InheritedFlags()))
	if cmd.Example != "" {
		heading("EXAMPLES")
		line(asIs(cmd.Example))
	}
	if others := relatedPages(cmd); len(others) > 0 {
		heading("SEE ALSO")
		line(strings.Join(others, ",\n"))
	}
	return b.String()
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// relatedPages are the verb above and those below, in roff.
func relatedPages(cmd *cobra.Command) []string {
	var pages []string
	add := func(c *cobra.Command) { pages = append(pages, `\fB`+roff(pageName(c))+`\fR(1)`) }
	if cmd.HasParent() {
		add(cmd.Parent())
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			add(sub)
		}
	}
	return pages
}

// asIs are lines that man neither joins nor breaks. After them it hyphenates again.
func asIs(text string) string {
	return ".EX\n" + roff(strings.TrimRight(text, "\n")) + "\n.EE\n.nh"
}

// roff is a text with nothing in it that man would take for a request, a font or a typographical
// quote: what is shown can be pasted.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

// quoted is an argument of a request.
func quoted(text string) string { return `"` + strings.ReplaceAll(roff(text), `"`, `\(dq`) + `"` }
