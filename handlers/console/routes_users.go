package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

func (c *Console) userRoutes() []route.Route {
	return []route.Route{
		c.page("users", "/users", "users", c.serveUsers),
		c.page("user", "/users/{user_id}", "users", c.serveUser),
		c.change("user state", "/users/{user_id}/state", "users", c.serveUserState),
		c.change("user sessions", "/users/{user_id}/sessions", "sessions", c.serveUserSessions),
		c.change("user apps", "/users/{user_id}/apps", "consents", c.serveUserApps),
		c.change("user factors", "/users/{user_id}/factors", "users", c.serveUserFactors),
		c.change("user deletion", "/users/{user_id}/deletion", "users", c.serveUserDeletion),
	}
}
