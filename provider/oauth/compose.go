package oauth

import (
	"context"
	"fmt"
	"net/url"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// part is one row of the composition: an extension of the protocol, in one file, and what it adds
// endpoint by endpoint. A nil field adds nothing there.
type part struct {
	name string
	// grantType is what a client is registered for to use the part. With token it is offered at the
	// token endpoint.
	grantType client.GrantType
	// responseTypes are offered at the authorization endpoint, in the spelling of metadata. What
	// grant types a client needs for one follows from its words.
	responseTypes []string
	// check refuses an authorization request before any page is shown. It keeps what it read in the
	// request.
	check func(ctx context.Context, r *AuthorizeRequest, form url.Values) error
	// prepare makes what authorize will store: outside its transaction, since a signature takes
	// longer than the statements, and once, also where the transaction is repeated.
	prepare func(ctx context.Context, a *approval) error
	// authorize adds to the response once the user has consented, in the transaction of the
	// approval.
	authorize fosite.AuthorizeEndpointHandler
	// token handles a grant type, or adds to what the grants issue.
	token      fosite.TokenEndpointHandler
	introspect fosite.TokenIntrospector
	revoke     fosite.RevocationHandler
	// mode is a response mode of the authorization endpoint.
	mode ResponseMode
	// describe adds to the metadata.
	describe func(m *Metadata)
}

// parts is the composition. The order is that in which handlers run: what binds a code comes
// before the code, what is issued beside a token after the grants.
func (d Domain) parts(s Settings) []part {
	parts := []part{
		requestObjects(d.RequestObjects),
		pkce(s.RequirePKCE),
		authorizationCode(d.Codes, d.Issuer),
		refreshToken(d.Refresh, d.Issuer, d.Scopes),
		clientCredentials(d.Issuer, d.Scopes),
		password(d),
		idToken(d.IDTokens, s),
		tokens(d.Tokens, d.Clients),
		{name: "query", mode: Query},
		{name: "fragment", mode: Fragment},
		{name: "form post", mode: FormPost},
	}
	if len(s.ResponseTypes) > 0 {
		parts = append(parts, frontChannel(s.ResponseTypes, d.IDTokens, d.Issuer))
	}
	return parts
}

// composition is the result of composing the parts.
type composition struct {
	fosite *fosite.Fosite
	parts  []part
	// grants are those of the token endpoint, responses the response types, both as in the metadata.
	grants    []client.GrantType
	responses []string
	modes     []ResponseMode
}

// compose puts the parts together. A row that adds nothing, or the same as another, is an error.
func compose(parts []part) (*composition, error) {
	c := &composition{parts: parts}
	config := newConfig()
	taken := map[string]string{}
	for _, x := range parts {
		if err := x.validate(taken); err != nil {
			return nil, fmt.Errorf("oauth: part %q: %w", x.name, err)
		}
		// append, not the Append method of these lists: that silently drops a second handler of
		// the same Go type.
		if x.authorize != nil {
			config.AuthorizeEndpointHandlers = append(config.AuthorizeEndpointHandlers, x.authorize)
		}
		if x.token != nil {
			config.TokenEndpointHandlers = append(config.TokenEndpointHandlers, x.token)
		}
		if x.introspect != nil {
			config.TokenIntrospectionHandlers = append(config.TokenIntrospectionHandlers, x.introspect)
		}
		if x.revoke != nil {
			config.RevocationHandlers = append(config.RevocationHandlers, x.revoke)
		}
		if x.grantType != "" && x.token != nil {
			c.grants = append(c.grants, x.grantType)
		}
		c.responses = append(c.responses, x.responseTypes...)
		if x.mode != "" {
			c.modes = append(c.modes, x.mode)
		}
	}
	c.fosite = fosite.NewOAuth2Provider(clientStore{}, config)
	return c, nil
}

// validate refuses a row that is empty, lacks the handler of what it offers, or offers what
// another row offers.
func (x part) validate(taken map[string]string) error {
	switch {
	case x.name == "":
		return fmt.Errorf("it has no name")
	case x.check == nil && x.authorize == nil && x.token == nil && x.introspect == nil && x.revoke == nil && x.mode == "":
		return fmt.Errorf("it adds nothing")
	case len(x.responseTypes) > 0 && x.authorize == nil:
		return fmt.Errorf("response type %s has no handler", x.responseTypes[0])
	case x.prepare != nil && x.authorize == nil:
		return fmt.Errorf("what it prepares is not stored")
	case x.grantType != "" && x.token == nil && x.authorize == nil:
		return fmt.Errorf("grant type %s has no handler", x.grantType)
	}
	offered := "" // several response types may need one grant type of the client
	if x.token != nil {
		offered = string(x.grantType)
	}
	keys := []string{"name " + x.name}
	if offered != "" {
		keys = append(keys, "grant type "+offered)
	}
	if x.mode != "" {
		keys = append(keys, "response mode "+string(x.mode))
	}
	for _, kind := range x.responseTypes {
		keys = append(keys, "response type "+kind)
	}
	for _, key := range keys {
		if other, ok := taken[key]; ok {
			return fmt.Errorf("%s is that of part %q already", key, other)
		}
		taken[key] = x.name
	}
	return nil
}
