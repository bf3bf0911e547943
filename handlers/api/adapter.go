package api

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// adapter makes a line of the route table from each operation.
type adapter struct {
	routes  []route.Route
	limits  []string
	repeats repeats
	// prepare looks a password up and hashes it before the transaction of a request with a key.
	prepare func(ctx context.Context, password string) context.Context
	schemas huma.Registry
	// identified finds out who calls an operation that anyone may call.
	identified func(next route.HandlerFunc) route.HandlerFunc
	// last is the operation that was registered last.
	last *huma.Operation
}

// Handle is part of huma.Adapter.
func (a *adapter) Handle(op *huma.Operation, serve func(huma.Context)) {
	a.last = op
	line := route.Route{
		Name: "api " + op.OperationID, Methods: []string{op.Method}, Path: Prefix + op.Path, Errors: route.JSON, MaxBody: maxBody,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			return ofCaller(r, a.serve(w, r, op, serve))
		},
	}
	if limits, open := op.Metadata[openKey].([]string); open {
		line.Protection, line.Policies, line.MaxBody, line.Handler = route.Open, limits, maxOpenBody, a.identified(line.Handler)
	} else {
		scope, _ := op.Metadata[scopeKey].(string)
		line.Protection, line.Policies = route.Admin(scope), a.limits
	}
	a.routes = append(a.routes, line)
}

func (a *adapter) serve(w http.ResponseWriter, r *http.Request, op *huma.Operation, serve func(huma.Context)) error {
	if err := checkPath(r); err != nil {
		return err
	}
	query, err := readQuery(op, r)
	if err != nil {
		return err
	}
	if err := checkType(op, r); err != nil {
		return err
	}
	if err := checkCondition(op, r); err != nil {
		return err
	}
	key, err := idempotencyKey(op, r)
	if err != nil {
		return err
	}
	x := newExchange(op, r, query, w.Header())
	var body []byte
	if op.RequestBody != nil || key != "" {
		if body, err = io.ReadAll(r.Body); err != nil {
			return err
		}
		if body, err = rename(op, body); err != nil {
			return err
		}
		if err := a.checkBody(op, body); err != nil {
			return err
		}
		x.body = bytes.NewReader(body)
	}
	if key != "" {
		return a.respondOnce(w, x, key, body, serve)
	}
	serve(x)
	return x.respond(w)
}

// ServeHTTP is part of huma.Adapter; requests come through the route table.
func (*adapter) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
