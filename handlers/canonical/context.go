package canonical

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type lineKey struct{}

// With makes l the log line of the request with ctx, and the request that acts are recorded with.
func With(ctx context.Context, l *Line) context.Context {
	return audit.WithRequest(context.WithValue(ctx, lineKey{}, l), l)
}

// From finds the line of the request. Outside a request it returns one that is never written, so
// that the same code also runs from the command line.
func From(ctx context.Context) *Line {
	if l, ok := ctx.Value(lineKey{}).(*Line); ok {
		return l
	}
	return new(Line)
}
