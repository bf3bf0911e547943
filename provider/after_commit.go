package provider

import "context"

type commitKey struct{}

// Commit collects what waits for a transaction. The zero value is ready.
type Commit struct{ waiting []func() }

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

// Done is called by who committed the transaction.
func (c *Commit) Done() {
	for _, act := range c.waiting {
		act()
	}
	c.waiting = nil
}
