package provider

import "context"

// Beforehand is the error of a transaction that needs something that must not be waited for inside one, such
// as the response of another server. The transaction is rolled back and, once Do was called outside of it,
// repeated under the context that Do returned, which brings what was learned.
type Beforehand struct {
	Do func(ctx context.Context) (context.Context, error)
}

// Error is read where nobody repeats the transaction.
func (*Beforehand) Error() string { return "something must be done before the transaction" }

// InTransaction tells whether ctx is that of a transaction.
func InTransaction(ctx context.Context) bool {
	_, ok := ctx.Value(commitKey{}).(*Commit)
	return ok
}
