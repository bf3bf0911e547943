package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Who sees what administrators see signs in by what is demanded of them.
func TestSecondFactorOfAdministratorsIsThatOfAuditors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ set, want []string }{
		{nil, nil},
		{[]string{"editor"}, []string{"editor"}},
		{[]string{account.RoleAuditor}, []string{account.RoleAuditor}},
		{[]string{" admin", "editor"}, []string{account.RoleAdmin, "editor", account.RoleAuditor}},
		{[]string{"auditor", "admin"}, []string{account.RoleAuditor, account.RoleAdmin}},
	} {
		c := config{SecondFactorFor: tc.set}
		assert.Equal(t, tc.want, c.secondFactor().Roles, tc.set)
	}
}
