package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// addJSON gives a verb the --json flag.
func addJSON(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "print JSON, for programs")
}

func printJSON(w io.Writer, v any) error {
	enc := jsonEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func jsonEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(escaper{w})
	enc.SetEscapeHTML(false)
	return enc
}

// escaper writes JSON in which nothing moves the cursor of a terminal or hides text: the encoder of
// the standard library leaves control characters of C1 and bidirectional ones as they are. Each Write
// must be of whole characters. What the JSON says stays the same.
type escaper struct{ w io.Writer }

func (e escaper) Write(text []byte) (int, error) {
	escaped := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch high, low := utf16.EncodeRune(r); {
		case unicode.IsPrint(r) || r == '\n':
			escaped = utf8.AppendRune(escaped, r)
		case r <= 0xffff:
			escaped = fmt.Appendf(escaped, "\\u%04x", r)
		default:
			escaped = fmt.Appendf(escaped, "\\u%04x\\u%04x", high, low)
		}
	}
	if _, err := e.w.Write(escaped); err != nil {
		return 0, err
	}
	return len(text), nil
}

// say prints a line for people.
func (e *environment) say(format string, args ...any) error {
	_, err := fmt.Fprintln(e.Out, printable(fmt.Sprintf(format, args...)))
	return err
}

// table prints rows for people, or says what to do when there are none.
type table struct {
	header []string
	rows   [][]string
	notes  []string // below each row, where there are any
	empty  string
}

func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// printable shows what could move the cursor of a terminal, or hide text, as what it is.
func printable(text string) string {
	var shown strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			shown.WriteRune(r)
		} else {
			_, _ = fmt.Fprintf(&shown, "\\u%04x", r)
		}
	}
	return shown.String()
}

// addNoted adds a row with a sentence below it, which would make a column too wide to read.
func (t *table) addNoted(note string, cells ...string) {
	t.add(cells...)
	t.notes = append(t.notes, printable(note))
}

func (t *table) print(w io.Writer) error {
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(w, t.empty)
		return err
	}
	var aligned bytes.Buffer
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, strings.Join(t.header, "\t")) // Flush reports the error
	for _, row := range t.rows {
		_, _ = fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if t.notes == nil {
		_, err := aligned.WriteTo(w)
		return err
	}
	lines := strings.Split(strings.TrimSuffix(aligned.String(), "\n"), "\n")
	for i, note := range t.notes {
		lines[i+1] += "\n" + wrapped(note, "    ")
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// pageWidth is how many characters a line of text has at most.
const pageWidth = 100

// wrapped is a text in lines of the page's width, each indented.
func wrapped(text, indent string) string { return hanging(text, indent, indent, pageWidth) }

// facts prints names and values, one a line, values aligned. Values are made printable.
func facts(w io.Writer, pairs ...string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			_, _ = fmt.Fprintf(tw, "%s\t%s\n", pairs[i], printable(pairs[i+1])) // Flush reports the error
		}
	}
	return tw.Flush()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

func whenOrNever(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return when(*t)
}

// short is a duration without the units that are zero: 24h, not 24h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// oneOf lists what a value may be.
func oneOf(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
