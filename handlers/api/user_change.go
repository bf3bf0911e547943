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
	u, err := a.changeUser(ctx, in.ID, in.Condition, func(User) (User, error) { return in.Body, nil })
	return shown(u), err
}

func (a *API) updateUser(ctx context.Context, in *userUpdate) (*userOutput, error) {
	u, err := a.changeUser(ctx, in.ID, in.Condition, func(is User) (User, error) { return patchedUser(is, in.Body) })
	return shown(u), err
}

// changeUser replaces a user by what becomes of it.
func (a *API) changeUser(ctx context.Context, id string, condition Condition, become func(is User) (User, error)) (*account.User, error) {
	known, err := a.user(ctx, id)
	if err != nil {
		return nil, err
	}
	var sent User
	changed, err := a.Accounts.Change(ctx, actor(ctx), known.ID, func(u *account.User) error {
		if err := condition.Check(version(u.UpdatedAt)); err != nil {
			return err
		}
		var err error
		if sent, err = become(viewOf(u)); err != nil {
			return err
		}
		sent.fill(u)
		return nil
	})
	if err != nil {
		return nil, asInvalidUser(err, sent, "")
	}
	return changed, nil
}
