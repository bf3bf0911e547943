package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Keys of the metadata of an operation.
const (
	// scopeKey is where an operation keeps its management scope.
	scopeKey = "scope"
	// repeatableKey marks an operation that takes an Idempotency-Key although it does not create
	// something with status 201, as those that do all take one.
	repeatableKey = "repeatable"
	// passwordKey marks an operation with a password in the body that somebody chose.
	passwordKey = "password"
)

// register adds an operation that needs a management scope. What is the same for all operations
// follows from the operation: which errors it may have, whether it takes an Idempotency-Key, a merge
// patch or a condition.
func register[I, O any](a *API, scope string, op huma.Operation, act func(ctx context.Context, in *I) (*O, error)) {
	metadata := map[string]any{scopeKey: scope}
	for name, value := range op.Metadata {
		metadata[name] = value
	}
	op.Metadata = metadata
	op.MaxBodyBytes = -1 // the route has a limit
	op.Security = []map[string][]string{{"basic": {}}, {"bearer": {scope}}}
	op.Description += " Needs the scope `" + scope + "`."
	also := op.Errors
	op.Errors = nil
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	a.describeErrors(&op, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	a.describeErrors(&op, also...)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := act(ctx, in)
		if err != nil {
			return nil, fail(ctx, asRefusal(err))
		}
		return out, nil
	})
	a.describe(a.table.last)
}

// repeatable tells whether an operation takes an Idempotency-Key.
func repeatable(op *huma.Operation) bool {
	marked, _ := op.Metadata[repeatableKey].(bool)
	return marked || op.Method == http.MethodPost && op.DefaultStatus == http.StatusCreated
}
