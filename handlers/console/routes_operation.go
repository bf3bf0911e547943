package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// operationRoutes are those of what the server does: limits, messages and settings. Settings have no management scope
// of their own; who may read what is recorded may see them.
func (c *Console) operationRoutes() []route.Route {
	return []route.Route{
		c.page("limits", "/limits", "limits", c.serveLimits),
		c.page("limit", "/limits/{policy}", "limits", c.serveLimit),
		c.change("limit reset", "/limits/{policy}/reset", "limits", c.serveLimitReset),
		c.page("logouts", "/logouts", "clients", c.serveLogouts),
		c.page("outbox", "/outbox", "users", c.serveOutbox),
		c.page("imports", "/imports", "audit", c.serveImports),
		c.page("branding", "/branding", "audit", c.serveBranding),
		c.page("branding preview", "/branding/preview.css", "audit", c.servePreviewCSS),
		c.page("settings", "/settings", "audit", c.serveSettings),
	}
}
