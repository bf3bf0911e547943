package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// accessRoutes are those of what people and clients have: tokens, sessions and consents.
func (c *Console) accessRoutes() []route.Route {
	return []route.Route{
		c.pageLine("tokens", "/tokens", "tokens", c.serveTokens),
		c.pageLine("token", "/tokens/{token_id}", "tokens", c.serveToken),
		c.formLine("token revocation", "/tokens/{token_id}/revocation", "tokens", c.serveTokenRevocation),
		c.formLine("tokens revocation", "/tokens/revocation", "tokens", c.serveTokensRevocation),
		c.pageLine("sessions", "/sessions", "sessions", c.serveSessions),
		c.pageLine("session", "/sessions/{session_id}", "sessions", c.serveSession),
		c.formLine("session end", "/sessions/{session_id}/end", "sessions", c.serveSessionEnd),
		c.pageLine("consents", "/consents", "consents", c.serveConsents),
		c.formLine("consent withdrawal", "/consents/{consent_id}/withdrawal", "consents", c.serveConsentWithdrawal),
	}
}
