package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

type auditLog interface {
	Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error)
	// RecordsFrom are records by id, the oldest first, with their places in the hash chain.
	RecordsFrom(ctx context.Context, after provider.ID, until time.Time, limit int) ([]chain.Entry, error)
}

// record is one act as JSON shows it.
type record struct {
	ID        string        `json:"id"`
	Time      time.Time     `json:"time"`
	ActorKind string        `json:"actor_kind" enum:"operating_system_user,job,client,user"`
	Actor     string        `json:"actor" doc:"Name of the operating system's user or job, or id of the client or user"`
	ClientID  string        `json:"actor_client_id" doc:"Client through which a client or user acted"`
	Host      string        `json:"host" doc:"Machine of the command line"`
	Address   string        `json:"address" doc:"Where the request came from"`
	UserAgent string        `json:"user_agent"`
	RequestID string        `json:"request_id"`
	Action    string        `json:"action" example:"client.update"`
	Target    target        `json:"target"`
	Changes   audit.Changes `json:"changes" doc:"Properties before and after"`
	Outcome   string        `json:"outcome" example:"done"`
}

type target struct {
	Type string `json:"type" example:"client"`
	ID   string `json:"id"`

	ClientID string `json:"client_id" doc:"Client whom the act concerned"`
	UserID   string `json:"user_id" doc:"User whom the act concerned"`
}

type recordQuery struct {
	Page
	ClientID string    `query:"client_id" doc:"Only what concerned this client"`
	UserID   string    `query:"user_id" format:"uuid" doc:"Only what concerned this user"`
	Actor    string    `query:"actor" doc:"Only what this actor did"`
	Action   action    `query:"action" doc:"Only acts of this kind" example:"client.update"`
	TargetID string    `query:"target_id" doc:"Only acts on the thing with this id"`
	Since    time.Time `query:"since" doc:"The earliest time"`
	Until    time.Time `query:"until" doc:"Only before that time"`
}

// action is the name of one of the acts that are recorded: a filter by another would find nothing, for
// ever.
type action string

// Schema is part of huma.SchemaProvider.
func (action) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, name := range audit.Actions() {
		s.Enum = append(s.Enum, string(name))
	}
	s.PrecomputeMessages()
	return s
}

type recordPage struct {
	Body struct {
		Records    []record `json:"records"`
		NextCursor string   `json:"next_cursor,omitempty"`
	}
}

func (a *API) auditLogs() {
	register(a, audit.ReadScope("audit"), huma.Operation{
		OperationID: "list-audit-logs", Method: http.MethodGet, Path: "/audit-logs", Tags: []string{"audit"},
		Summary: "List what is recorded", Description: "Acts of administrators, sign-ins and sign-outs, stolen tokens, and sums of refusals, the newest first.",
	}, a.listRecords)
	a.auditExport()
}

func (a *API) listRecords(ctx context.Context, in *recordQuery) (*recordPage, error) {
	of := audit.Filter{ClientID: in.ClientID, UserID: in.UserID, ActorID: in.Actor, Action: audit.Action(in.Action), TargetID: in.TargetID, Since: in.Since, Until: in.Until}
	var err error
	if of.Before, err = a.openID("audit-logs", in.Cursor); err != nil {
		return nil, err
	}
	out := &recordPage{}
	out.Body.Records = []record{}
	var size pageSize
	for size.room(in.Limit) > 0 {
		asked := size.room(in.Limit)
		records, err := a.Audit.Records(ctx, of, asked)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			shown := recordOf(r)
			text, err := json.Marshal(shown.Changes)
			if err != nil {
				return nil, err
			}
			size.add(len(text))
			out.Body.Records, of.Before = append(out.Body.Records, shown), r.ID
		}
		if len(records) < asked {
			return out, nil
		}
	}
	out.Body.NextCursor = a.after("audit-logs", of.Before)
	return out, nil
}

// pageSize ends a page of records early when it gets large: a record of a client may have half a
// megabyte, and a page of the export 10,000 records.
type pageSize struct{ records, bytes int }

const (
	// pageBytes is the size after which a page ends, and readAtOnce how many records are read before
	// it is looked at.
	pageBytes  = 4 << 20
	readAtOnce = 25
)

// room is how many records to read next; 0: the page is full.
func (p *pageSize) room(limit int) int {
	if p.bytes >= pageBytes {
		return 0
	}
	return min(limit-p.records, readAtOnce)
}

func (p *pageSize) add(bytes int) { p.records, p.bytes = p.records+1, p.bytes+bytes }

// recordPage is a page of a list of records.
func (a *API) recordPage(list string, records []audit.Record, limit int) *recordPage {
	out := &recordPage{}
	out.Body.Records, out.Body.NextCursor = paged(a, list, limit, records, recordOf, func(r audit.Record) string { return r.ID.String() })
	return out
}

func recordOf(r audit.Record) record {
	a := r.Actor
	return record{
		r.ID.String(), r.At, string(a.Kind), a.ID, a.ClientID, a.Host, a.Address, a.UserAgent, a.RequestID, string(r.Action),
		target{string(r.Target.Type), r.Target.ID, r.Target.ClientID, r.Target.UserID},
		r.Changes, string(r.Outcome),
	}
}
