package account

import (
	"context"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// ErrLastAdministrator: without the user nobody would administer this server in the console.
var ErrLastAdministrator = errors.New("this is the last administrator: give the role admin to somebody else first")

// Administers tells whether a user is an administrator who can sign in, and stays.
func (u *User) Administers() bool {
	return slices.Contains(u.Roles, RoleAdmin) && !u.Disabled && u.DeleteAt == nil
}

// leaveAdministrator refuses, with Wrong for the claim, a change of a user who is locked that leaves no administrator; nil
// stands for a user who is removed. Two who remove one another at once wait for each other here, and the second is
// refused. That is for people, who would shut themselves out by a mistake: the command line may, which is the way back and
// warns, and so may a client with every management scope, which goes on to administer the server.
func (r *Registry) leaveAdministrator(ctx context.Context, actor audit.Actor, before, after *User, claim string) error {
	if !before.Administers() || after != nil && after.Administers() || actor.Kind != audit.UserActor {
		return nil
	}
	other, err := r.store.OtherAdministrator(ctx, before.ID)
	if err != nil || other {
		return err
	}
	return Wrong{invalid(claim, ErrLastAdministrator, fault.LastAdministrator)}
}
