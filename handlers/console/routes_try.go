package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// tryRoutes are the pages that tell what would happen.
func (c *Console) tryRoutes() []route.Route {
	return []route.Route{
		c.page("try", "/try", "clients", reading("users", c.serveTry)),
	}
}
