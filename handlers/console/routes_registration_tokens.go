package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// registrationTokenRoutes are those of the tokens by which clients register themselves. Literal paths stand first.
func (c *Console) registrationTokenRoutes() []route.Route {
	const noun = "clients"
	return []route.Route{
		c.page("registration tokens", "/registration-tokens", noun, c.serveRegistrationTokens),
		c.page("new registration token", "/registration-tokens/new", noun, writing(noun, c.serveNewRegistrationToken)),
		c.making("registration token creation", "/registration-tokens/new", noun, c.serveRegistrationTokenCreation),
		c.page("registration token", "/registration-tokens/{registration_token_id}", noun, c.serveRegistrationToken),
		c.change("registration token revocation", "/registration-tokens/{registration_token_id}/revocation", noun, c.serveRegistrationTokenRevocation),
	}
}
