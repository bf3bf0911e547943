package console

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/api"
	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// exportSuffix is what the path of an export has after that of its page.
const exportSuffix = "/export"

const (
	// exportBatch is how many records an export holds in memory, of at most half a megabyte each.
	exportBatch = 100
	// exportTime is how long an export may take, and batchTime how long the browser may take for a batch.
	exportTime = 15 * time.Minute
	batchTime  = 30 * time.Second
)

// exports records that somebody took a copy of the log with them.
type exports interface {
	Do(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// recordExport records it: all addresses are in there.
func (c *Console) recordExport(r *http.Request, v *viewer, of auditFilter, format string) error {
	return c.Exports.Do(r.Context(), v.actor, audit.LogExport, audit.Target{Type: audit.Log}, func(context.Context) (audit.Changes, error) {
		details := map[string]any{"format": format}
		for name, value := range map[string]string{"action": of.Action, "actor": of.Actor, "user": of.User, "client": of.Client, "target": of.Target, "since": of.Since, "until": of.Until} {
			if value != "" {
				details["filter_"+name] = value
			}
		}
		return audit.Details(details), nil
	})
}

// serveAuditExport streams the records of a filter, the oldest first, as CSV or as JSON lines with the members of the
// API's export. Since the status is sent by then, an error closes the connection: the file would else look complete.
func (c *Console) serveAuditExport(w http.ResponseWriter, r *http.Request, v *viewer) error {
	filter, err := c.auditFilter(r, v.session.User.Profile.Location())
	if err != nil {
		return err
	}
	if filter.Wrong {
		wire.SeeOther(w, auditPath, r.URL.Query())
		return nil
	}
	format := "jsonl"
	if r.URL.Query().Get("format") == "csv" {
		format = "csv"
	}
	if err := c.recordExport(r, v, filter, format); err != nil {
		return err
	}
	name := "audit-" + c.now(r).UTC().Format("20060102T150405Z")
	h, out := w.Header(), bufio.NewWriter(w)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	var lines recordWriter = jsonLines{json.NewEncoder(out)}
	if format == "csv" {
		lines = csvLines{csv.NewWriter(out)}
		h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
		h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	} else {
		h.Set("Content-Type", "application/jsonl")
		h.Set("Content-Disposition", `attachment; filename="`+name+`.jsonl"`)
	}
	w.WriteHeader(http.StatusOK)
	err = c.export(w, r, filter, lines, out)
	if err == nil {
		return nil
	}
	line := canonical.From(r.Context())
	line.Refused(refusal.Of(err), "", err)
	line.Outcome("failed")
	panic(http.ErrAbortHandler)
}

func (c *Console) export(w http.ResponseWriter, r *http.Request, filter auditFilter, lines recordWriter, out *bufio.Writer) error {
	if err := lines.begin(); err != nil {
		return err
	}
	control := http.NewResponseController(w)
	var last provider.ID
	for {
		// The server closes connections sooner, for responses that are no stream.
		if err := control.SetWriteDeadline(c.now(r).Add(batchTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		batch, err := c.Audit.SelectedEntries(r.Context(), filter.selects, last, exportBatch)
		if err != nil {
			return err
		}
		for i := range batch {
			last = batch[i].Record.ID
			if err := lines.write(api.Exported(&batch[i])); err != nil {
				return err
			}
		}
		if err := errors.Join(lines.flush(), out.Flush()); err != nil || len(batch) < exportBatch {
			return err
		}
	}
}

// recordWriter writes records in one format.
type recordWriter interface {
	begin() error
	write(r api.ExportedRecord) error
	flush() error
}

type jsonLines struct{ *json.Encoder }

func (j jsonLines) begin() error                     { j.SetEscapeHTML(false); return nil }
func (j jsonLines) write(r api.ExportedRecord) error { return j.Encode(r) }
func (jsonLines) flush() error                       { return nil }

type csvLines struct{ *csv.Writer }

func (c csvLines) begin() error {
	return c.Write([]string{"id", "time", "action", "outcome", "actor_kind", "actor", "actor_client_id", "host", "address", "user_agent", "request_id", "target_type", "target_id", "client_id", "user_id", "changes", "sequence", "hash"})
}

func (c csvLines) write(r api.ExportedRecord) error {
	sequence, hash := "", ""
	if r.Sequence != nil {
		sequence, hash = strconv.FormatInt(*r.Sequence, 10), *r.Hash
	}
	row := []string{
		r.ID, r.Time.Format(time.RFC3339Nano), r.Action, r.Outcome, r.ActorKind, r.Actor, r.ClientID, r.Host, r.Address, r.UserAgent, r.RequestID,
		r.Target.Type, r.Target.ID, r.Target.ClientID, r.Target.UserID, string(r.Changes), sequence, hash,
	}
	for i, text := range row {
		row[i] = inert(text)
	}
	return c.Write(row)
}

func (c csvLines) flush() error { c.Flush(); return c.Error() }

// formula is where a spreadsheet could see the beginning of a formula: that of a cell, also of one that it makes itself,
// since in many languages it separates cells by semicolons, and in full-width signs.
var formula = regexp.MustCompile(`(^|[;,|\t\r\n])([\s"']*)([=+\-@\t\r\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])`)

// inert keeps spreadsheets from taking a text for a formula: browsers and users choose some of them.
func inert(text string) string { return formula.ReplaceAllString(text, "$1$2'$3") }
