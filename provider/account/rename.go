package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
)

// rename puts the names that changed into canonical form and finds what is wrong with them. Others stay
// as they are: an older form remains valid. A user name is also taken when another user has it in
// another form, or one that looks the same, to whom messages and consents would seem to belong.
func (r *Registry) rename(ctx context.Context, u, before *User) (wrong Wrong, err error) {
	if u.Username != before.Username || u.Username == "" {
		name, forms, fault := usernameOf(u.Username)
		if fault == nil {
			u.Username = name
			fault, err = r.taken(ctx, u, "username", ErrUsernameTaken, forms)
			if fault == nil && err == nil {
				fault, err = r.looksTaken(ctx, u)
			}
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
	return unless(other, u, err, invalid(property, kind))
}

// looksTaken tells whether another user has a name that looks the same.
func (r *Registry) looksTaken(ctx context.Context, u *User) (*Invalid, error) {
	other, err := r.store.UserBySkeleton(ctx, lookalike.Skeleton(u.Username))
	return unless(other, u, err, &Invalid{"username", "another user has a user name that looks the same", ErrUsernameTaken})
}

// unless is the fault when another user than u was found.
func unless(other, u *User, err error, fault *Invalid) (*Invalid, error) {
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil, nil //nolint:nilnil // no fault
	case err == nil && other.ID != u.ID:
		return fault, nil
	default:
		return nil, err
	}
}

// explained says of a conflict in the database which name another user took meanwhile. The transaction has
// ended by then.
func (r *Registry) explained(ctx context.Context, err error, u, before *User) error {
	if !errors.Is(err, provider.ErrConflict) {
		return err
	}
	if wrong, again := r.rename(ctx, u, before); again == nil && len(wrong) > 0 {
		return wrong
	}
	return err
}
