package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// shownRefusals is how many refused lines a person is shown.
const shownRefusals = 20

type importView struct {
	DryRun bool `json:"dry_run"`
	*imports.Report
}

func (e *environment) printImport(r *imports.Report, f importFlags) error {
	if *f.asJSON {
		return printJSON(e.Out, importView{*f.dryRun, r})
	}
	verb := "IMPORTED"
	if *f.dryRun {
		verb = "WOULD BE IMPORTED"
	}
	counts := table{header: []string{"KIND", "READ", verb, "ALREADY THERE", "REFUSED", "PASSED OVER"}, empty: "Nothing to import."}
	for _, kind := range slices.Sorted(maps.Keys(r.Counts)) {
		c := r.Counts[kind]
		counts.add(string(kind), strconv.Itoa(c.Read), strconv.Itoa(c.Imported), strconv.Itoa(c.Present), strconv.Itoa(c.Refused), strconv.Itoa(c.Skipped))
	}
	if err := counts.print(e.Out); err != nil {
		return err
	}
	for _, warning := range r.Warnings() {
		e.printNote(warning)
	}
	for i, refusal := range r.Refusals {
		if i == shownRefusals {
			_, _ = fmt.Fprintf(e.Err, "... and %d more: --refused FILE takes all of them, --json lists the first 1000\n", r.Total().Refused-i)
			break
		}
		_, _ = fmt.Fprintln(e.Err, printable("refused: "+refusal.String()))
	}
	for i, note := range r.Notes[len(r.Warnings()):] {
		if i == shownRefusals {
			_, _ = fmt.Fprintf(e.Err, "... and more notes: --json lists the first 1000\n")
			break
		}
		e.printNote(note)
	}
	return nil
}

func (e *environment) printNote(note imports.Note) {
	_, _ = fmt.Fprintln(e.Err, printable("note: "+entry(note.Kind, note.Line, note.Name)+": "+note.Text))
}

// entry names one entry of a source.
func entry(kind imports.Kind, line int, name string) string {
	text := fmt.Sprintf("%s %d", kind, line)
	if name != "" {
		text += fmt.Sprintf(" (%s)", name)
	}
	return text
}
