package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
)

// CountedAs is the Account of a Try with that login, and the user's id if there is one.
func (r *Registry) CountedAs(ctx context.Context, login string) (account string, userID provider.ID, err error) {
	u, err := byLogin(ctx, r.store, login)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return countedLogin(login), userID, nil
	case err != nil:
		return "", userID, fmt.Errorf("find user: %w", err)
	}
	return u.ID.String(), u.ID, nil
}
