package api

import (
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// checkPath refuses identifiers that nothing can have, before the database fails on them.
func checkPath(r *http.Request) error {
	for _, value := range mux.Vars(r) {
		if text, err := url.PathUnescape(value); err != nil || !wire.Readable(text) {
			return asRefusal(provider.ErrNotFound)
		}
	}
	return nil
}

// readQuery refuses a query that net/url would read in part: a filter that was lost would widen a list.
// For the same reason each parameter of the operation is sent once; huma refuses unknown ones.
func readQuery(op *huma.Operation, r *http.Request) (url.Values, error) {
	query, err := wire.Query(r)
	if err != nil {
		return nil, err
	}
	for _, p := range op.Parameters {
		if p.In == "query" && len(query[p.Name]) > 1 {
			return nil, refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "The parameter "+p.Name+" stands more than once in the request.").
				Compare(refusal.FieldParameter, "", p.Name)
		}
		if p.In == "query" && p.Schema != nil && p.Schema.Format == "date-time" && query.Has(p.Name) {
			if err := checkTime(p.Name, query.Get(p.Name)); err != nil {
				return nil, err
			}
		}
	}
	return query, nil
}

// checkTime refuses what is no time, and times before those of any record: the first year is none to
// the domain, so that the filter would be lost.
func checkTime(name, text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return invalid(name, "must be a time with its offset from UTC, such as 2026-11-01T08:00:00Z (RFC 3339); in a URL a + is written %2B")
	}
	if at.Unix() < 0 {
		return invalid(name, "must be a time after 1970")
	}
	return nil
}

// checkType refuses a body of a type that the operation does not take. A body without a type is taken
// for JSON, as RFC 9110 section 8.3 lets a recipient assume.
func checkType(op *huma.Operation, r *http.Request) error {
	sent := r.Header.Get("Content-Type")
	if op.RequestBody == nil || sent == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(sent)
	if _, taken := op.RequestBody.Content[kind]; err == nil && taken {
		return nil
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckJSONType, "The body must be sent as "+wire.JSONType+" in UTF-8.").
		WithStatus(http.StatusUnsupportedMediaType).Compare(refusal.FieldContentType, wire.JSONType, sent)
}
