package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// rename puts the names that changed into canonical form and checks them. Others stay as they
// are: an older form remains valid. A user name is also taken when another user has it in another
// form.
func (r *Registry) rename(ctx context.Context, u, before *User) error {
	if u.Email != before.Email && u.Email != "" {
		address, err := emailOf(u.Email)
		if err != nil {
			return err
		}
		forms := takenForms(u.Email)
		u.Email = address
		if err := r.free(ctx, u, ErrEmailTaken, forms...); err != nil {
			return err
		}
	}
	if u.Username == before.Username && u.Username != "" {
		return nil
	}
	name, forms, err := usernameOf(u.Username)
	if err != nil {
		return err
	}
	u.Username = name
	return r.free(ctx, u, ErrUsernameTaken, forms...)
}

// free returns taken if another user has one of the forms. It only gives a better message: of two
// users who take the same name at once, the database refuses one.
func (r *Registry) free(ctx context.Context, u *User, taken error, forms ...string) error {
	other, err := r.store.UserByLogin(ctx, forms...)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil
	case err == nil && other.ID != u.ID:
		return taken
	default:
		return err
	}
}
