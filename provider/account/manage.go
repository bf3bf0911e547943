package account

import (
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// RoleAdmin is the role of users who may administer the provider. Other roles mean something to
// applications only.
const RoleAdmin = "admin"

// mayManage refuses to let an actor who lacks a management scope make an administrator, or change
// one: with another password or email address the administrator's account would be the actor's.
func mayManage(actor audit.Actor, u *User) error {
	if !slices.Contains(u.Roles, RoleAdmin) {
		return nil
	}
	for _, scope := range audit.AllScopes() {
		if !actor.May(scope) {
			return fmt.Errorf("%w: the user has the role %s, and the actor has not the scope %s", audit.ErrForbidden, RoleAdmin, scope)
		}
	}
	return nil
}
