package api

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

type userReplacement struct {
	UserID
	Condition
	Body User
}

type userUpdate struct {
	UserID
	Condition
	Body userPatch
}

func (a *API) replaceUser(ctx context.Context, in *userReplacement) (*userOutput, error) {
	u, sent, err := a.changeUser(ctx, in.ID, in.Condition, func(is User) (User, error) {
		if in.Body.ID != "" && in.Body.ID != is.ID {
			return User{}, cannotChange("id")
		}
		if in.Body.Subject != "" && in.Body.Subject != is.Subject {
			return User{}, cannotChange("sub")
		}
		return in.Body, nil
	})
	return shown(u), asInvalidUser(err, sent, "")
}

func (a *API) updateUser(ctx context.Context, in *userUpdate) (*userOutput, error) {
	u, sent, err := a.changeUser(ctx, in.ID, in.Condition, func(is User) (User, error) { return patchedUser(is, in.Body) })
	return shown(u), asInvalidUser(err, sent, "")
}

// changeUser replaces a user by what becomes of it, and returns that beside an error.
func (a *API) changeUser(ctx context.Context, id string, condition Condition, become func(is User) (User, error)) (u *account.User, sent User, err error) {
	known, err := a.user(ctx, id)
	if err != nil {
		return nil, sent, err
	}
	u, err = a.Accounts.Change(ctx, actor(ctx), known.ID, func(u *account.User) error {
		if err := condition.Check(userVersion(u)); err != nil {
			return err
		}
		var err error
		if sent, err = become(viewOf(u)); err != nil {
			return err
		}
		sent.fill(u)
		return nil
	})
	return u, sent, err
}
