package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// pairwiseReader reads pairwise subjects (OpenID Connect Core section 8).
type pairwiseReader interface {
	// UserOf returns the user by a subject that one of the user's applications has, or provider.ErrNotFound.
	UserOf(ctx context.Context, subject string) (provider.ID, error)
}

// ReadPairwise has users found by their pairwise subjects too.
func (r *Registry) ReadPairwise(p pairwiseReader) { r.pairwise = p }

// FindSubject finds a user by subject, public or pairwise. It returns provider.ErrNotFound.
func (r *Registry) FindSubject(ctx context.Context, subject string) (*User, error) {
	u, err := r.store.UserBySubject(ctx, subject)
	if errors.Is(err, provider.ErrNotFound) {
		return r.findPairwise(ctx, subject)
	}
	return u, err
}

func (r *Registry) findPairwise(ctx context.Context, subject string) (*User, error) {
	if r.pairwise == nil {
		return nil, provider.ErrNotFound
	}
	id, err := r.pairwise.UserOf(ctx, subject)
	if err != nil {
		return nil, err
	}
	return r.store.User(ctx, id)
}
