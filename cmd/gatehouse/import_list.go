package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

type importHistoryView struct {
	ID         string     `json:"id"`
	Command    string     `json:"command"`
	File       string     `json:"file"`
	DryRun     bool       `json:"dry_run"`
	State      string     `json:"state"`
	ActorKind  string     `json:"actor_kind"`
	Actor      string     `json:"actor"`
	Host       string     `json:"host"`
	BeganAt    time.Time  `json:"began_at"`
	SeenAt     time.Time  `json:"seen_at"`
	EndedAt    *time.Time `json:"ended_at"`
	ReadBytes  int64      `json:"read_bytes"`
	TotalBytes int64      `json:"total_bytes"`
	imports.Count

	Faults []string `json:"faults"`
}

func newImportList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the imports, the newest first",
		Long: `Shows how far each import is, or how it ended. One that has been silent for a minute has stopped: the
same command goes on where it did, as what is there already is passed over. Imports are kept for half
a year; "gatehouse audit list --action user.import" and the like have what they wrote.`,
		Example: `  gatehouse import list
  gatehouse import list --limit 5 --json`,
		Args: cobra.NoArgs,
	}
	page := addPage(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		before, err := page.from()
		if err != nil {
			return err
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		list, err := h.store.Imports(cmd.Context(), before, page.read())
		if err != nil {
			return err
		}
		return env.printImports(page, list, *asJSON)
	}
	return cmd
}

func (e *environment) printImports(page *listPage, list []imports.History, asJSON bool) error {
	list = within(page, list, func(h imports.History) provider.ID { return h.ID })
	views := make([]importHistoryView, len(list))
	out := table{header: []string{"ID", "BEGAN", "WHAT", "FROM", "STATE", "READ", "IMPORTED", "ALREADY THERE", "REFUSED"}, empty: "Nothing was imported yet."}
	for i := range list {
		h := &list[i]
		state := string(h.Standing(e.clock()))
		views[i] = importHistoryView{
			h.ID.String(), h.Command, h.File, h.DryRun, state, string(h.Actor.Kind), h.Actor.ID, h.Actor.Host, h.BeganAt, h.SeenAt, h.EndedAt, h.ReadBytes, h.TotalBytes, h.Count, append([]string{}, h.Faults...),
		}
		if percent := h.Percent(); percent >= 0 && h.Result == imports.Unended {
			state += fmt.Sprintf(" (%d%%)", percent)
		}
		what := h.Command
		if h.DryRun {
			what += " (dry run)"
		}
		out.add(h.ID.String(), when(h.BeganAt), what, h.File, state, strconv.Itoa(h.Read), strconv.Itoa(h.Imported), strconv.Itoa(h.Present), strconv.Itoa(h.Refused))
	}
	return page.print(e, views, &out, asJSON)
}
