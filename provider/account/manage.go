package account

import (
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// RoleAdmin is the role of users who may administer the provider. Roles other than this one and RoleAuditor mean
// something to applications only.
const RoleAdmin = "admin"

// RoleAuditor is the role of users who may see in the console what administrators see, and change nothing.
const RoleAuditor = "auditor"

// ManagementScopes are the management scopes that a user has by roles; nil: none.
func (u *User) ManagementScopes() []string {
	switch {
	case slices.Contains(u.Roles, RoleAdmin):
		return audit.AllScopes()
	case slices.Contains(u.Roles, RoleAuditor):
		return audit.ReadScopes()
	default:
		return nil
	}
}

// MayManage refuses, with audit.ErrForbidden, to let an actor make or change a user who has by roles a management scope
// that the actor lacks: with another password or email address, or without a second factor, the user's account would be
// the actor's.
func MayManage(actor audit.Actor, u *User) error {
	if err := actor.RequireAll(u.ManagementScopes()); err != nil {
		return fmt.Errorf("the user may administer this server, or see all of it: %w", err)
	}
	return nil
}

// EntersConsole tells whether the user may enter the console of administrators.
func (u *User) EntersConsole() bool {
	return slices.Contains(u.Roles, RoleAdmin) || slices.Contains(u.Roles, RoleAuditor)
}
