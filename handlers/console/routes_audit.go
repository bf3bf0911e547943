package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// auditRoutes are those of what is recorded. Literal paths stand first.
func (c *Console) auditRoutes() []route.Route {
	export := c.page("audit export", "/audit/export", "audit", c.serveAuditExport)
	export.Timeout = exportTime
	return []route.Route{
		c.page("audit", "/audit", "audit", c.serveAudit),
		export,
		c.page("audit record", "/audit/{record_id}", "audit", c.serveRecord),
	}
}
