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
		u.Email = address
		if err := r.free(ctx, u, ErrEmailTaken, address); err != nil {
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

// emailOf is the canonical form of an email address, which may be empty.
func emailOf(address string) (string, error) {
	address = canonicalEmail(address)
	if address != "" && !validEmail(address) {
		return "", ErrEmail
	}
	return address, nil
}

// usernameOf is the canonical form of a user name, with the forms in which another user may have it.
func usernameOf(name string) (canonical string, forms []string, err error) {
	canonical = Canonical(name)
	if !ValidUsername(canonical) {
		return "", nil, ErrUsername
	}
	return canonical, LoginForms(name), nil
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
