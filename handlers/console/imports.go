package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

const importsPath = Path + "/imports"

// importHistories are how imports went.
type importHistories interface {
	Imports(ctx context.Context, before provider.ID, limit int) ([]imports.History, error)
}

// listedImports is how many imports are listed: the latest.
const listedImports = 10

// importsPage is the list of what was imported. Imports run on the command line, and each of their batches is a record
// of the audit log.
type importsPage struct {
	shell

	Runs []importRun
	// Running: one runs, and the page reads itself again.
	Running bool
	Batches []importBatch
	// Commands are those that begin an import.
	Commands []importCommand
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// importRun is an import, and how it stands.
type importRun struct {
	imports.History

	State imports.Standing
}

// importBatch is a batch of an import.
type importBatch struct {
	audit.Record

	// Count is how many things were imported, Source the system that they came from, File that with them, and First and
	// Last its lines; empty: the record does not say.
	Count, Source, File, First, Last string
}

// importCommand is a command that begins an import. Its text is import and the name.
type importCommand struct{ Name, Line string }

func importCommands() []importCommand {
	return []importCommand{
		{"users", "gatehouse import users users.jsonl --dry-run"},
		{"clients", "gatehouse import clients clients.jsonl --dry-run"},
		{"keycloak", "gatehouse import keycloak realm.json --dry-run"},
		{"dex", "gatehouse import dex /etc/dex/config.yaml --dry-run"},
		{"hydra", "gatehouse import hydra --database sqlite:///var/hydra/db.sqlite --system-secret-file hydra-secret --dry-run"},
	}
}

func (c *Console) serveImports(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := importsPage{shell: c.shell(w, r, v, importsPath), Commands: importCommands()}
	runs, err := c.Imports.Imports(r.Context(), provider.ID{}, listedImports)
	if err != nil {
		return err
	}
	for _, run := range runs {
		state := run.Standing(c.now(r))
		page.Runs = append(page.Runs, importRun{run, state})
		page.Running = page.Running || state == imports.Running
	}
	of := audit.Filter{
		Actions: []audit.Action{audit.UserImport, audit.ClientImport, audit.ConsentImport, audit.TokenImport, audit.KeyImport},
		Before:  after(r.URL.Query()),
	}
	list, err := c.Audit.Records(r.Context(), of, listed+1)
	if err != nil {
		return err
	}
	if len(list) > listed {
		list = list[:listed]
		page.Next = wire.Path(importsPath, url.Values{"after": {list[listed-1].ID.String()}})
	}
	for _, record := range list {
		page.Batches = append(page.Batches, importBatchOf(record))
	}
	return c.pages.For(r).Write(w, http.StatusOK, "imports", page, r.URL.RequestURI())
}

func importBatchOf(r audit.Record) importBatch {
	said := func(name string) string {
		switch value := r.Changes[name].After.(type) {
		case string:
			return value
		case float64: // JSON's numbers
			return strconv.FormatInt(int64(value), 10)
		default:
			return ""
		}
	}
	return importBatch{r, said("imported"), said("source"), said("file"), said("first_line"), said("last_line")}
}
