package account_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// The link that an administrator sends is worth what that of a recovery is, which the user asks for.
func TestRecoveryThatAnAdministratorSends(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, s := t.Context(), f.selfService(t, false)
	u := &account.User{Username: "ada", Email: "ada@example.com"}
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), u, ""))
	require.NoError(t, s.SendRecovery(ctx, audittest.Operator(), u.ID))
	v, err := f.codes.Newest(ctx, u.ID, verification.Recovery)
	require.NoError(t, err)
	_, err = s.Reset(ctx, v.ID, f.code(t, v.ID), "through-the-glass")
	require.NoError(t, err)
	_, err = f.verify(t, "ada", "through-the-glass")
	require.NoError(t, err)
}

func TestRecoveryIsSentOnlyToAContactOfTheUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, s := t.Context(), f.selfService(t, false)
	for _, u := range []*account.User{
		{Username: "without"},
		{Username: "doubtful", Phone: "+442071838750"},
		{Username: "disabled", Email: "disabled@example.com", Disabled: true},
	} {
		require.NoError(t, f.users.Create(ctx, audittest.Operator(), u, ""))
		require.ErrorIs(t, s.SendRecovery(ctx, audittest.Operator(), u.ID), account.ErrChannel, u.Username)
		_, err := f.codes.Newest(ctx, u.ID, verification.Recovery)
		require.ErrorIs(t, err, verification.ErrClosed, u.Username)
	}
	assert.False(t, account.Recoverable(&account.User{Email: "ada@example.com"}, account.Policy{SMS: true}))
}

// Who may change users alone does not have an administrator choose another password.
func TestRecoveryOfAnAdministratorNeedsAllScopes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, s := t.Context(), f.selfService(t, false)
	u := &account.User{Username: "root", Email: "root@example.com", Roles: []string{account.RoleAdmin}}
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), u, ""))
	support := audit.Actor{Kind: audit.ClientActor, ID: "support", Scopes: []string{audit.WriteScope("users")}}
	require.ErrorIs(t, s.SendRecovery(ctx, support, u.ID), audit.ErrForbidden)
	require.ErrorIs(t, s.SendRecovery(ctx, audit.Actor{Kind: audit.ClientActor, ID: "nobody"}, u.ID), audit.ErrForbidden)
}
