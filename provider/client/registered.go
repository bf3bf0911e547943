package client

import "github.com/gatehouse-id/gatehouse/provider/refusal"

// Registered is what the client has of what a refused request was compared with; nil for what is not registered.
func (c *Client) Registered(field refusal.Field) []string {
	switch field {
	case refusal.FieldRedirectURI:
		return c.RedirectURIs
	case refusal.FieldPostLogout:
		return c.PostLogoutRedirectURIs
	case refusal.FieldScope:
		return c.Scopes
	case refusal.FieldAudience:
		return c.Audience
	default: // the others are not registered
		return nil
	}
}
