package audit_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Each action needs a scope that a client can be registered for.
func TestEveryActionHasAManagementScope(t *testing.T) {
	t.Parallel()
	for action, scope := range map[audit.Action]string{
		audit.ClientCreate: "gatehouse:clients:write", audit.ClientAllowUser: "gatehouse:clients:write", audit.UserSetPassword: "gatehouse:users:write",
		audit.ScopeDelete: "gatehouse:scopes:write", audit.ConsentWithdraw: "gatehouse:consents:write", audit.SessionEnd: "gatehouse:sessions:write",
		audit.TokenRevoke: "gatehouse:tokens:write", audit.KeyCreate: "gatehouse:keys:write", audit.KeyringRotate: "gatehouse:keys:write", audit.LogExpire: "gatehouse:audit:write",
	} {
		assert.Equal(t, scope, action.Scope())
	}
	for _, scope := range audit.AllScopes() {
		assert.True(t, audit.IsScope(scope), scope)
	}
	for _, action := range audit.Actions() {
		assert.Equal(t, action != audit.LogExpire, slices.Contains(audit.AllScopes(), action.Scope()), "%s: only the server removes records", action)
	}
	assert.True(t, audit.IsScope("gatehouse:audit:write"), "can be registered, and does nothing")
	assert.False(t, audit.IsScope("gatehouse:audit:delete"))
	assert.Equal(t, []string{"gatehouse:audit:read"}, audit.Scopes([]string{
		"openid", "gatehouse:audit:read", "gatehouse:audit:write", "gatehouse:made-up:read", "gatehouse:*",
		"gatehouse:clients", "gatehouse:clients:", "gatehouse:clients:delete", "gatehouse:clients:read:all", "clients:read", "",
	}))
}

func TestClientsAndUsersMayDoWhatTheirScopesSay(t *testing.T) {
	t.Parallel()
	for _, kind := range []audit.ActorKind{audit.ClientActor, audit.UserActor} {
		actor := audit.Actor{Kind: kind, ID: "x", Scopes: []string{"gatehouse:clients:write"}}
		assert.True(t, actor.May("gatehouse:clients:write"))
		assert.False(t, actor.May("gatehouse:users:write"))
		assert.False(t, audit.Actor{Kind: kind, Scopes: actor.Scopes}.May("gatehouse:clients:write"), "without an id")
	}
}
