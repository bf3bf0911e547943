package account

import "context"

type preparedKey struct{}

// prepared is a password that was looked up and hashed.
type prepared struct {
	canonical, hash string
	err             error
}

// Prepare looks a password up and hashes it for Create under the returned context, where that is called
// in a transaction of the caller's: both take long, and a service of somebody else may take seconds.
func (r *Registry) Prepare(ctx context.Context, password string) context.Context {
	canonical, fault := passwordOf(&User{}, password)
	if fault != nil { // which Create says
		return ctx
	}
	hash, err := r.hash(ctx, canonical)
	return context.WithValue(ctx, preparedKey{}, prepared{canonical, hash, err})
}
