package oauth

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// keepRegistered removes from the grant of a presented token what its client may no longer request:
// the registration applies whenever a token is used, not only when it is issued. It tells whether
// the token is still active. A token that had scopes or an audience and lost all of them is not:
// an empty list would mean no limit.
func keepRegistered(g *grant.Grant, c *client.Client) bool {
	scopes, resources := len(g.Scopes), len(g.Audience)
	g.Scopes = slices.DeleteFunc(g.Scopes, func(s string) bool { return !c.MayAsk(s) })
	g.Audience = slices.DeleteFunc(g.Audience, func(a string) bool { return !c.MayReach(a) })
	return (scopes == 0 || len(g.Scopes) > 0) && (resources == 0 || len(g.Audience) > 0)
}
