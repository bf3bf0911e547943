package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// tryRoutes are the pages that tell what would happen, and those that run the flows of clients.
func (c *Console) tryRoutes() []route.Route {
	step := c.change("try step", "/try/step", flowNoun, c.serveFlowStep)
	step.MaxBody = maxRun
	return []route.Route{
		c.page("try", "/try", "clients", reading("users", c.serveTry)),
		c.page("client try", "/clients/{client_id}/try", flowNoun, c.serveFlow),
		c.change("client try redirect URI", "/clients/{client_id}/try/redirect-uri", flowNoun, c.serveFlowRedirect),
		c.change("client try start", "/clients/{client_id}/try/start", flowNoun, c.serveFlowStart),
		c.change("client try token", "/clients/{client_id}/try/token", flowNoun, c.serveFlowService),
		c.page("try callback", "/try/callback", flowNoun, writing(flowNoun, c.serveFlowCallback)),
		c.page("try response", "/try/response", flowNoun, writing(flowNoun, c.serveFlowResponse)),
		c.change("try exchange", "/try/exchange", flowNoun, c.serveFlowExchange),
		step,
	}
}
