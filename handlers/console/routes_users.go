package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// userRoutes are the pages about users. Literal paths stand first.
func (c *Console) userRoutes() []route.Route {
	return []route.Route{
		c.page("users", "/users", "users", c.serveUsers),
		c.page("new user", "/users/new", "users", writing("users", c.serveNewUser)),
		c.making("user creation", "/users/new", "users", c.serveUserCreation),
		c.page("invitations", "/users/invitations", "users", c.serveInvitations),
		c.making("invitation", "/users/invitations", "users", c.serveInvitation),
		c.change("invitation withdrawal", "/users/invitations/withdrawal", "users", c.serveWithdrawal),
		c.page("user", "/users/{user_id}", "users", c.serveUser),
		c.page("user edit", "/users/{user_id}/edit", "users", writing("users", c.serveUserEdit)),
		c.merged("user change", "/users/{user_id}/edit", "users", c.serveUserChange),
		c.page("user password", "/users/{user_id}/password", "users", writing("users", c.serveUserPassword)),
		c.change("user password", "/users/{user_id}/password", "users", c.serveUserPasswordChange),
		c.change("user recovery", "/users/{user_id}/recovery", "users", c.serveUserRecovery),
		c.change("user state", "/users/{user_id}/state", "users", c.serveUserState),
		c.change("user sessions", "/users/{user_id}/sessions", "sessions", c.serveUserSessions),
		c.change("user apps", "/users/{user_id}/apps", "consents", c.serveUserApps),
		c.change("user factors", "/users/{user_id}/factors", "users", c.serveUserFactors),
		c.change("user deletion", "/users/{user_id}/deletion", "users", c.serveUserDeletion),
	}
}
