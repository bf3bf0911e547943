package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// columns are the results that a table has a column for; the others are counted together.
var columns = []string{passed, review, skipped, warning, failed} //nolint:gochecknoglobals // a constant, which Go has no slices of

// printTable prints a line for each plan, and under it what was not as expected.
func printTable(w io.Writer, results []result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "plan\tmodules\t%s\tother\ttime\n", strings.Join(columns, "\t"))
	for _, r := range results {
		sums, others := r.sums(), len(r.Outcomes)
		_, _ = fmt.Fprintf(table, "%s\t%d", r.Plan, r.Modules)
		for _, column := range columns {
			_, _ = fmt.Fprintf(table, "\t%s", count(sums[column]))
			others -= sums[column]
		}
		_, _ = fmt.Fprintf(table, "\t%s\t%s\n", count(others), r.took().Round(time.Second))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	var text strings.Builder
	for _, r := range results {
		for _, o := range r.Outcomes {
			if !o.asExpected() {
				writeDifference(&text, r, o)
			}
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func count(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func writeDifference(b *strings.Builder, r result, o outcome) {
	fmt.Fprintf(b, "\n%s: %s is %s, expected %s\n", r.Plan, o.name(), o.Result, o.Expected)
	for _, text := range append(o.Findings, o.Notes...) {
		fmt.Fprintf(b, "    %s\n", text)
	}
}

func printJSON(w io.Writer, results []result) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(results)
}

// printExpected prints the plans, and each result that is not PASSED with its reason.
func printExpected(w io.Writer) error {
	var b strings.Builder
	for _, p := range plans() {
		fmt.Fprintf(&b, "%s: %d modules of %s\n", p.name, p.modules, p.suite)
		for _, e := range p.expected {
			fmt.Fprintf(&b, "    %-8s %s %s: %s\n", e.result, e.modules, e.variant, e.why)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
