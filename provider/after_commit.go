package provider

import "context"

type commitKey struct{}

// Commit collects what waits for a transaction. The zero value is ready.
type Commit struct {
	// Outside is the context of the transaction's caller, for Settled.
	Outside context.Context //nolint:containedctx // it lives as long as the transaction
	waiting []func()
}

// WithCommit has AfterCommit under ctx wait for c.Done.
func WithCommit(ctx context.Context, c *Commit) context.Context {
	return context.WithValue(ctx, commitKey{}, c)
}

// AfterCommit calls act once the transaction of ctx is committed, and never if it is rolled back;
// outside a transaction at once.
func AfterCommit(ctx context.Context, act func()) {
	if c, ok := ctx.Value(commitKey{}).(*Commit); ok {
		c.waiting = append(c.waiting, act)
		return
	}
	act()
}

// Settled calls act once the transaction of ctx is committed, with a context outside of it: for what
// this process keeps in memory of the database, which must not learn what may still be rolled back.
// Outside a transaction it is called at once, and its error returned; a later error has no caller.
func Settled(ctx context.Context, act func(ctx context.Context) error) error {
	c, ok := ctx.Value(commitKey{}).(*Commit)
	if !ok {
		return act(ctx)
	}
	if c.Outside != nil {
		c.waiting = append(c.waiting, func() { _ = act(c.Outside) })
	}
	return nil
}

// Done is called by who committed the transaction.
func (c *Commit) Done() {
	for _, act := range c.waiting {
		act()
	}
	c.waiting = nil
}
