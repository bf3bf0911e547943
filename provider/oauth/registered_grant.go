package oauth

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// keepRegistered takes from the grant of a presented token what its client may not ask for or
// reach any more: a registration counts whenever a token is used, not only when one is issued.
// It tells whether the token is still good for something. One that was for certain resources,
// or certain scopes, is not good without: lists that became empty would read as no limit.
func keepRegistered(g *grant.Grant, c *client.Client) bool {
	scopes, resources := len(g.Scopes), len(g.Audience)
	g.Scopes = slices.DeleteFunc(g.Scopes, func(s string) bool { return !c.MayAsk(s) })
	g.Audience = slices.DeleteFunc(g.Audience, func(a string) bool { return !c.MayReach(a) })
	return (scopes == 0 || len(g.Scopes) > 0) && (resources == 0 || len(g.Audience) > 0)
}
