package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// accessRoutes are those of what people and clients have: tokens, sessions and consents.
func (c *Console) accessRoutes() []route.Route {
	return []route.Route{
		c.page("tokens", "/tokens", "tokens", c.serveTokens),
		c.page("token", "/tokens/{token_id}", "tokens", c.serveToken),
		c.change("token revocation", "/tokens/{token_id}/revocation", "tokens", c.serveTokenRevocation),
		c.change("tokens revocation", "/tokens/revocation", "tokens", c.serveTokensRevocation),
		c.page("sessions", "/sessions", "sessions", c.serveSessions),
		c.page("session", "/sessions/{session_id}", "sessions", c.serveSession),
		c.change("session end", "/sessions/{session_id}/end", "sessions", c.serveSessionEnd),
		c.page("consents", "/consents", "consents", c.serveConsents),
		c.change("consent withdrawal", "/consents/{consent_id}/withdrawal", "consents", c.serveConsentWithdrawal),
	}
}
