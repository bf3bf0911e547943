package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// groupRoutes are the pages about groups, which are the roles of users.
func (c *Console) groupRoutes() []route.Route {
	return []route.Route{
		c.page("groups", "/groups", "users", c.serveGroups),
		c.page("group", "/groups/{role}", "users", c.serveGroup),
		c.change("group member", "/groups/{role}/members", "users", c.serveGroupMember),
		c.change("group removal", "/groups/{role}/removal", "users", c.serveGroupRemoval),
	}
}
