package canonical

import "context"

type lineKey struct{}

// With makes l the log line of the request with ctx.
func With(ctx context.Context, l *Line) context.Context {
	return context.WithValue(ctx, lineKey{}, l)
}

// From finds the line of the request. Outside a request it returns one that is never written, so
// that the same code also runs from the command line.
func From(ctx context.Context) *Line {
	if l, ok := ctx.Value(lineKey{}).(*Line); ok {
		return l
	}
	return new(Line)
}
