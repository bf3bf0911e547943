package main

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// noteAdministrators warns whoever has just changed or deleted (nil) a user that nobody administers the server any more.
// The command line may do that: it needs no administrator.
func (e *environment) noteAdministrators(ctx context.Context, h *instance, before account.User, after *account.User) error {
	if !before.Administers() || after != nil && after.Administers() {
		return nil
	}
	other, err := h.store.OtherAdministrator(ctx, before.ID)
	if err != nil || other {
		return err
	}
	_, err = fmt.Fprintln(e.Err, `gatehouse: there is no administrator any more: "gatehouse user create NAME --role admin" makes one, or "gatehouse user set-roles NAME admin"`)
	return err
}
