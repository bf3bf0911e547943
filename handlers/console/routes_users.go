package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

func (c *Console) userRoutes() []route.Route {
	return []route.Route{
		c.pageLine("users", "/users", "users", c.serveUsers),
		c.pageLine("user", "/users/{user_id}", "users", c.serveUser),
		c.formLine("user state", "/users/{user_id}/state", "users", c.serveUserState),
		c.formLine("user sessions", "/users/{user_id}/sessions", "sessions", c.serveUserSessions),
		c.formLine("user apps", "/users/{user_id}/apps", "consents", c.serveUserApps),
		c.formLine("user factors", "/users/{user_id}/factors", "users", c.serveUserFactors),
		c.formLine("user deletion", "/users/{user_id}/deletion", "users", c.serveUserDeletion),
	}
}
