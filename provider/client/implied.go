package client

// Implied is what a registration got beyond what was given.
type Implied struct {
	Grants []GrantType
	Scopes bool
}

// Imply completes a new registration with what its owner usually means by omitting a property. Given
// tells, by the names of Fields, what was not omitted; signIn are the scopes of an application that
// signs users in, of which defaults are those that it gets when it requests none.
func (c *Client) Imply(given func(name string) bool, signIn, defaults []string) Implied {
	implied := Implied{Grants: c.ImplyGrants()}
	// An application that gets tokens on its own behalf, and to which no user returns, is a backend.
	if !given("client_type") && len(c.RedirectURIs) == 0 && c.MayUse(ClientCredentials) && !c.MayUse(Password) {
		c.Type = Backend
	}
	// Its users sign in, with whatever of OpenID Connect its library requests. A library for plain
	// OAuth 2.0 requests nothing, and then wants to know who signed in.
	if len(c.RedirectURIs) > 0 && !given("scopes") {
		c.Scopes, implied.Scopes = signIn, true
		if !given("default_scopes") {
			c.DefaultScopes = defaults
		}
	}
	// Many libraries for web applications look for name and email in the ID token alone.
	if !given("id_token_claims") && !c.Public() && (c.Type == "" || c.Type == Web) {
		c.IDTokenClaims = true
	}
	return implied
}

// ImplyGrants adds the grant types without which the redirect URIs and response types are of no use,
// and returns those.
func (c *Client) ImplyGrants() []GrantType {
	if len(c.RedirectURIs) == 0 {
		return nil
	}
	var implied []GrantType
	for _, kind := range c.Responses() {
		for _, g := range GrantsOf(kind) {
			if !c.MayUse(g) {
				c.GrantTypes, implied = append(c.GrantTypes, g), append(implied, g)
			}
		}
	}
	return implied
}
