package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// jsonLinesType is one JSON object a line.
const jsonLinesType = "application/jsonl"

type exportQuery struct {
	Limit  int       `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"How many at most; a page ends earlier when it has some 4 MiB"`
	Cursor string    `query:"cursor" maxLength:"200" doc:"Continues an export: Next-Cursor of the response before"`
	Since  time.Time `query:"since" doc:"The earliest time"`
	Until  time.Time `query:"until" doc:"Only before that time"`
}

type export struct {
	ContentType string `header:"Content-Type"`
	NextCursor  string `header:"Next-Cursor" doc:"Continues the export; absent at its end"`
	Body        []byte
}

// ExportedRecord is a record with its place in the hash chain, as a line of an export has it.
type ExportedRecord struct {
	record

	Changes  json.RawMessage `json:"changes"`
	Sequence *int64          `json:"sequence"`
	Hash     *string         `json:"hash"`
}

func (a *API) auditExport() {
	register(a, audit.ReadScope("audit"), huma.Operation{
		OperationID: "export-audit-logs", Method: http.MethodGet, Path: "/audit-logs/export", Tags: []string{"audit"},
		Summary: "Export the audit log", Description: "JSON lines, the oldest record first, each with its place in the hash chain: sequence and hash are null until a server has sealed it.",
	}, a.exportRecords)
	success := a.table.last.Responses["200"]
	success.Content = map[string]*huma.MediaType{jsonLinesType: {Schema: &huma.Schema{Type: huma.TypeString, Description: "One JSON object a line"}}}
}

func (a *API) exportRecords(ctx context.Context, in *exportQuery) (*export, error) {
	const list = "audit export"
	after, err := a.openID(list, in.Cursor)
	if err != nil {
		return nil, err
	}
	if after.IsZero() && !in.Since.IsZero() {
		after = provider.FirstID(in.Since)
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	out := &export{ContentType: jsonLinesType}
	var size pageSize
	for size.room(in.Limit) > 0 {
		asked := size.room(in.Limit)
		entries, err := a.Audit.RecordsFrom(ctx, after, in.Until, asked)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			e := &entries[i]
			if err := encoder.Encode(Exported(e)); err != nil {
				return nil, err
			}
			size.add(len(e.Changes))
			after = e.Record.ID
		}
		if len(entries) < asked {
			out.Body = lines.Bytes()
			return out, nil
		}
	}
	out.Body, out.NextCursor = lines.Bytes(), a.after(list, after)
	return out, nil
}

// Exported is an entry as exports have it, also where its changes are not JSON any more.
func Exported(e *chain.Entry) ExportedRecord {
	r := ExportedRecord{record: recordOf(e.Record), Changes: json.RawMessage(e.Changes)}
	if !json.Valid(r.Changes) { // whoever changed a record must not be able to stop the export of the others
		r.Changes, _ = json.Marshal(e.Changes) // a text can always be marshaled
	}
	if e.Sequence != 0 {
		hash := base64.RawURLEncoding.EncodeToString(e.Hash)
		r.Sequence, r.Hash = &e.Sequence, &hash
	}
	return r
}
