package canonical

import "context"

type lineKey struct{}

// With makes l the line of everything done under ctx.
func With(ctx context.Context, l *Line) context.Context {
	return context.WithValue(ctx, lineKey{}, l)
}

// From finds the line of the request. Outside a request it gives one that nobody writes,
// so that code which takes notes also runs from the command line.
func From(ctx context.Context) *Line {
	if l, ok := ctx.Value(lineKey{}).(*Line); ok {
		return l
	}
	return new(Line)
}
