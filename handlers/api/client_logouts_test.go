package api

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// Who may read clients does not learn by their sign-outs who uses them.
func TestWhoseSignOutItWas(t *testing.T) {
	t.Parallel()
	d := logout.Delivery{SID: provider.ID{1}, UserID: provider.ID{2}}
	seen := func(scopes ...string) []string {
		out := toldLogoutOf(oauth.WithPrincipal(t.Context(), &oauth.Principal{Scopes: scopes}), d)
		return []string{out.SessionID, out.UserID}
	}
	assert.Equal(t, []string{"", ""}, seen("gatehouse:clients:read"))
	assert.Equal(t, []string{d.SID.String(), ""}, seen("gatehouse:clients:read", "gatehouse:sessions:read"))
	assert.Equal(t, []string{"", d.UserID.String()}, seen("gatehouse:clients:read", "gatehouse:users:read"))
}
