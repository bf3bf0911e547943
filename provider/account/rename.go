package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// rename puts the names that changed into canonical form and finds what is wrong with them. Others stay
// as they are: an older form remains valid. A user name is also taken when another user has it in
// another form.
func (r *Registry) rename(ctx context.Context, u, before *User) (wrong Wrong, err error) {
	if u.Username != before.Username || u.Username == "" {
		name, forms, fault := usernameOf(u.Username)
		if fault == nil {
			u.Username = name
			fault, err = r.taken(ctx, u, "username", ErrUsernameTaken, forms)
		}
		if wrong.add(fault); err != nil {
			return nil, err
		}
	}
	if u.Email != before.Email && u.Email != "" {
		address, fault := emailOf(u.Email)
		if fault == nil {
			forms := takenForms(u.Email)
			u.Email = address
			fault, err = r.taken(ctx, u, "email", ErrEmailTaken, forms)
		}
		if wrong.add(fault); err != nil {
			return nil, err
		}
	}
	return wrong, nil
}

// taken tells whether another user has one of the forms. It only gives a better message: of two users
// who take the same name at once, the database refuses one.
func (r *Registry) taken(ctx context.Context, u *User, property string, kind error, forms []string) (*Invalid, error) {
	other, err := r.store.UserByLogin(ctx, forms...)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil, nil //nolint:nilnil // no fault
	case err == nil && other.ID != u.ID:
		return invalid(property, kind), nil
	default:
		return nil, err
	}
}
