package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// scopeRoutes are the pages about scopes. A name may have any character that a path has a meaning for, and stands in the
// query.
func (c *Console) scopeRoutes() []route.Route {
	return []route.Route{
		c.page("scopes", "/scopes", "scopes", c.serveScopes),
		c.page("new scope", "/scopes/new", "scopes", writing("scopes", c.serveNewScope)),
		c.change("scope creation", "/scopes/new", "scopes", c.serveScopeCreation),
		c.page("scope", "/scopes/scope", "scopes", c.serveScope),
		c.merged("scope change", "/scopes/scope", "scopes", c.serveScopeChange),
		c.change("scope deletion", "/scopes/deletion", "scopes", c.serveScopeDeletion),
	}
}
