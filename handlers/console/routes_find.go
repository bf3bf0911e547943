package console

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// findRoutes are those where something is pasted.
func (c *Console) findRoutes() []route.Route {
	return []route.Route{
		c.line(http.MethodGet, "find page", "/find", c.serveFindForm),
		c.line(http.MethodPost, "find", "/find", c.asking(c.serveFind)),
		c.page("explain", "/explain", "errors", c.serveExplain),
		c.line(http.MethodPost, "explain", "/explain", reading("errors", c.asking(c.serveExplanation))),
	}
}
