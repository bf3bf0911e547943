package registration

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostURIs bounds the lists of URIs of a client that registers itself: each costs every request that
// reads the client.
const mostURIs = 20

// members reads the JSON object of a request. What two readers would read differently is refused.
func members(body []byte) (map[string]json.RawMessage, error) {
	var read map[string]json.RawMessage
	if provider.TooDeep(body) || json.Unmarshal(body, &read) != nil || read == nil {
		return nil, refusal.New(refusal.InvalidClientMetadata, refusal.CheckClientMetadata, "The body must be a JSON object with the metadata of the client.")
	}
	if err := provider.JSONFault(body); err != nil {
		return nil, refusal.New(refusal.InvalidClientMetadata, refusal.CheckClientMetadata, "The JSON object of the body can be read in two ways.").Because(err)
	}
	maps.DeleteFunc(read, func(_ string, value json.RawMessage) bool { return bytes.Equal(value, []byte("null")) }) // RFC 7592 section 2.2: as omitted
	return read, nil
}

// apply makes of c the client that the request asks for, within the terms. Each property that the request
// does not have gets its default (RFC 7592 section 2.2), and one that the server does not know is ignored
// (RFC 7591 section 2). Narrows: the scopes are those that it has, or fewer. Stated is what of the request is in its
// software statement.
func (s *Settings) apply(c *client.Client, asked map[string]json.RawMessage, stated statement, terms Terms, narrows bool) error {
	asked = maps.Clone(asked)
	untagged(asked)
	merged := map[string]json.RawMessage{}
	for _, p := range own() {
		value, ok := asked[p.name]
		if !ok {
			value = json.RawMessage("null")
		}
		if ok && p.name == jwksName {
			value = quoted(value)
		}
		if p.name != scopeName {
			merged[p.Name] = value
		}
	}
	allowed := terms.Scopes
	if narrows {
		allowed = c.Scopes
	}
	scopes, err := s.scopes(asked[scopeName], allowed)
	if err != nil {
		return err
	}
	if err := s.supported(merged, grantTypes, s.GrantTypes, client.AuthorizationCode); err != nil {
		return err
	}
	if err := s.supported(merged, responseTypes, s.ResponseTypes, ""); err != nil {
		return err
	}
	if err := withoutImplicit(merged); err != nil {
		return err
	}
	if err := c.Merge(merged); err != nil {
		return asRefusal(err)
	}
	if asked[maxAgeName] != nil && c.DefaultMaxAge == 0 {
		return wrong(maxAgeName, "must be a second at least: a request with prompt=login has the user sign in each time")
	}
	c.Scopes = slices.Clone(allowed)
	if stated.claims[scopeName] != nil {
		c.Scopes = scopes // who vouches for the client says what it is for
	}
	c.DefaultScopes = defaultScopes(c, scopes, narrows)
	_, named := asked[applicationType]
	if !named {
		c.Type = kindOf(c)
	}
	if s.shared {
		c.RedirectURIs, c.PostLogoutRedirectURIs = usable(c, c.RedirectURIs, terms), usable(c, c.PostLogoutRedirectURIs, terms)
		if !named {
			c.Type = kindOf(c)
		}
	}
	return s.within(c, terms)
}

// untagged takes the first of the names in several languages (RFC 7591 section 2.2) for the name where
// there is none without a language. The server keeps one.
func untagged(asked map[string]json.RawMessage) {
	if _, ok := asked[nameName]; ok {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if strings.HasPrefix(name, nameName+"#") {
			asked[nameName] = asked[name]
			return
		}
	}
}

// quoted is a JSON text as a string of JSON: package client has key sets as texts.
func quoted(value json.RawMessage) json.RawMessage {
	if !bytes.HasPrefix(value, []byte("{")) {
		return json.RawMessage("0") // no key set, and no text
	}
	text, err := json.Marshal(string(value))
	if err != nil { // never of a string
		return json.RawMessage("0")
	}
	return text
}

// scopes are those of the request that the client may have: all that it may where it asks for none. They are no bound:
// clients register what they need at first, and ask for more when a resource wants it.
func (s *Settings) scopes(value json.RawMessage, allowed []string) ([]string, error) {
	if value == nil {
		return slices.Clone(allowed), nil
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return nil, wrong(scopeName, "must be a text of names separated by spaces")
	}
	var scopes []string
	asked := strings.Fields(text)
	for _, name := range asked {
		if slices.Contains(allowed, name) && !slices.Contains(scopes, name) {
			scopes = append(scopes, name)
		}
	}
	if len(asked) > 0 && len(scopes) == 0 && !s.shared {
		return nil, wrong(scopeName, "has no scope that the client may have")
	}
	return scopes, nil
}

// defaultScopes are what the client gets when it requests none: who signed in, unless it registered with others alone.
func defaultScopes(c *client.Client, registered []string, narrows bool) []string {
	switch {
	case narrows:
		return slices.DeleteFunc(slices.Clone(c.DefaultScopes), func(name string) bool { return !c.MayAsk(name) })
	case slices.Contains(registered, "openid"), len(registered) == 0 && c.MayAsk("openid"):
		return []string{"openid"}
	default:
		return registered
	}
}

// supported leaves of a list what the server supports: many clients name all that they know. One that
// names nothing of it is refused; one that names nothing gets the default.
func (s *Settings) supported(merged map[string]json.RawMessage, name string, offered []string, standard client.GrantType) error {
	var asked, kept []string
	value := merged[name]
	if json.Unmarshal(value, &asked) != nil {
		return wrong(name, "must be a list of texts")
	}
	for _, v := range asked {
		if spelt := client.ResponseType(v); name == responseTypes && spelt != "" {
			v = spelt // RFC 6749 section 3.1.1: the order of its words does not matter
		}
		if slices.Contains(offered, v) && !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	switch {
	case len(asked) > 0 && len(kept) == 0:
		return wrong(name, "has none that the server supports for clients that register themselves: "+strings.Join(offered, ", "))
	case len(kept) == 0 && standard == "":
		return nil // what the property has by default
	case len(kept) == 0:
		kept = []string{string(standard)}
	}
	text, err := json.Marshal(kept)
	merged[name] = text
	return err
}

// withoutImplicit leaves out the grant type of response types with tokens where none of them is left: many clients name all
// grant types that they know.
func withoutImplicit(merged map[string]json.RawMessage) error {
	var grants, responses []string
	if json.Unmarshal(merged[grantTypes], &grants) != nil || json.Unmarshal(merged[responseTypes], &responses) != nil {
		return nil // which is refused later
	}
	implicit := func(g string) bool { return g == string(client.Implicit) }
	if !slices.ContainsFunc(grants, func(g string) bool { return !implicit(g) }) {
		return nil // it says what the client is for, and that it forgot the response types
	}
	if slices.ContainsFunc(responses, func(t string) bool { return slices.Contains(client.GrantsOf(t), client.Implicit) }) {
		return nil
	}
	text, err := json.Marshal(slices.DeleteFunc(grants, implicit))
	merged[grantTypes] = text
	return err
}

// kindOf is the application type of a client that names none: native where its responses go to a program
// on the person's machine, which is given another port at each start; else web, the default of OpenID
// Connect Dynamic Client Registration section 2.
func kindOf(c *client.Client) client.Type {
	local := func(uri string) bool {
		u, err := url.Parse(uri)
		return err == nil && (u.Scheme == "http" && client.Loopback(u.Hostname()) || u.Scheme != "http" && u.Scheme != "https")
	}
	if c.Public() && slices.ContainsFunc(c.RedirectURIs, local) {
		return client.Native
	}
	return client.Web
}

// within checks what the terms and the settings add to the rules of package client.
func (s *Settings) within(c *client.Client, terms Terms) error {
	if c.Type == client.Backend {
		return wrong(applicationType, "must be web or native")
	}
	if !slices.Contains(s.AuthMethods, string(c.AuthMethod)) {
		return wrong(authMethod, "must be "+strings.Join(s.AuthMethods, ", "))
	}
	for name, list := range map[string][]string{redirectURIs: c.RedirectURIs, postLogoutURIs: c.PostLogoutRedirectURIs} {
		if len(list) > mostURIs {
			return wrong(name, "may have 20 URIs")
		}
	}
	if err := onHosts(c, terms.Hosts); err != nil {
		return err
	}
	if c.Type == client.Native && slices.ContainsFunc(c.RedirectURIs, client.Undotted) {
		// Also of one that has such schemes already: it may have changed to others.
		c.AllowUndottedScheme = namedSchemes(c.RedirectURIs, terms.Schemes)
	}
	return nil
}

// onHosts demands that people are led, and told of sign-outs, to the hosts alone that the operator knows the client by;
// none: any.
func onHosts(c *client.Client, hosts []string) error {
	if len(hosts) == 0 {
		return nil
	}
	for _, p := range []struct {
		name string
		uris []string
	}{
		{redirectURIs, c.RedirectURIs},
		{postLogoutURIs, c.PostLogoutRedirectURIs},
		{"initiate_login_uri", []string{c.InitiateLoginURI}},
		{"backchannel_logout_uri", []string{c.BackChannelLogoutURI}},
		{"frontchannel_logout_uri", []string{c.FrontChannelLogoutURI}},
	} {
		for _, uri := range p.uris {
			if u, err := url.Parse(uri); uri != "" && (err != nil || u.Scheme != "https" || !slices.Contains(hosts, strings.ToLower(u.Hostname()))) {
				return wrong(p.name, "must be https, on a host that the initial access token names")
			}
		}
	}
	return nil
}

// usable are the URIs that a client can be registered with; where none is, all are, for the reason to be told.
func usable(c *client.Client, uris []string, terms Terms) []string {
	kept := slices.DeleteFunc(slices.Clone(uris), func(uri string) bool {
		return !client.ValidRedirectURI(uri, c.Type, namedSchemes([]string{uri}, terms.Schemes))
	})
	if len(kept) == 0 {
		return uris
	}
	return kept
}

// namedSchemes tells whether the operator named each private-use scheme without a dot.
func namedSchemes(uris, named []string) bool {
	some := false
	for _, uri := range uris {
		if !client.Undotted(uri) {
			continue
		}
		scheme, _, _ := strings.Cut(uri, ":")
		if some = true; !slices.Contains(named, strings.ToLower(scheme)) {
			return false
		}
	}
	return some
}
