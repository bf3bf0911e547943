package account

import (
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// RoleAdmin is the role of users who may administer the provider. Other roles mean something to
// applications only.
const RoleAdmin = "admin"

// RoleAuditor is the role of users who may see in the console what administrators see, and change nothing.
const RoleAuditor = "auditor"

// MayManage refuses, with audit.ErrForbidden, to let an actor who lacks a management scope make an
// administrator, or change one: with another password or email address, or without a second factor, the
// administrator's account would be the actor's.
func MayManage(actor audit.Actor, u *User) error {
	if !slices.Contains(u.Roles, RoleAdmin) {
		return nil
	}
	if err := actor.RequireAll(audit.AllScopes()); err != nil {
		return fmt.Errorf("the user has the role %s: %w", RoleAdmin, err)
	}
	return nil
}

// EntersConsole tells whether the user may enter the console of administrators.
func (u *User) EntersConsole() bool {
	return slices.Contains(u.Roles, RoleAdmin) || slices.Contains(u.Roles, RoleAuditor)
}
