package ownaccount_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Who may enter the console finds it from the own account, and nobody else is told of it.
func TestConsoleIsLinkedForThoseWhoMayEnter(t *testing.T) {
	f := newFixture(t, nil)
	for role, linked := range map[string]bool{account.RoleAdmin: true, account.RoleAuditor: true, "staff": false} {
		u := f.user("user-" + role)
		u.Roles = []string{role}
		require.NoError(t, f.store.UpdateUser(t.Context(), u))
		page := f.signIn(u).open("/account").Body.String()
		if linked {
			assert.Contains(t, page, `href="/admin"`, role)
		} else {
			assert.NotContains(t, page, `href="/admin"`, role)
		}
	}
}
