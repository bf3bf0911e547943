package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// rename puts the names that changed into canonical form and finds what is wrong with them. Others stay
// as they are: an older form remains valid. A user name is also taken when another user has it in
// another form, or one that looks the same, to whom messages and consents would seem to belong.
func (r *Registry) rename(ctx context.Context, u, before *User) (wrong Wrong, err error) {
	if u.Username != before.Username || u.Username == "" {
		name, forms, problem := usernameOf(u.Username)
		if problem == nil {
			u.Username = name
			problem, err = r.taken(ctx, u, "username", ErrUsernameTaken, fault.UsernameTaken, forms)
			if problem == nil && err == nil {
				problem, err = r.looksTaken(ctx, u)
			}
		}
		if wrong.add(problem); err != nil {
			return nil, err
		}
	}
	if u.Email != before.Email && u.Email != "" {
		address, problem := emailOf(u.Email)
		if problem == nil {
			forms := takenForms(u.Email)
			u.Email = address
			problem, err = r.taken(ctx, u, "email", ErrEmailTaken, fault.EmailTaken, forms)
		}
		if wrong.add(problem); err != nil {
			return nil, err
		}
	}
	return wrong, nil
}

// taken tells whether another user has one of the forms. It only gives a better message: of two users
// who take the same name at once, the database refuses one.
func (r *Registry) taken(ctx context.Context, u *User, property string, kind error, code fault.Code, forms []string) (*Invalid, error) {
	other, err := r.store.UserByLogin(ctx, forms...)
	return unless(other, u, err, invalid(property, kind, code))
}

// looksTaken tells whether another user has a name that looks the same.
func (r *Registry) looksTaken(ctx context.Context, u *User) (*Invalid, error) {
	other, err := r.store.UserBySkeleton(ctx, lookalike.Skeleton(u.Username))
	return unless(other, u, err, &Invalid{"username", fault.New(fault.UsernameLooksTaken), ErrUsernameTaken})
}

// unless is the fault when another user than u was found.
func unless(other, u *User, err error, problem *Invalid) (*Invalid, error) {
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil, nil //nolint:nilnil // no problem
	case err == nil && other.ID != u.ID:
		return problem, nil
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
