package keycloak

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// client is a ClientRepresentation.
type client struct {
	ClientID                  string            `json:"clientId"`
	Name                      string            `json:"name"`
	Secret                    string            `json:"secret"`
	Enabled                   bool              `json:"enabled"`
	Protocol                  string            `json:"protocol"`
	RootURL                   string            `json:"rootUrl"`
	BaseURL                   string            `json:"baseUrl"`
	RedirectURIs              []string          `json:"redirectUris"`
	ClientAuthenticatorType   string            `json:"clientAuthenticatorType"`
	PublicClient              bool              `json:"publicClient"`
	BearerOnly                bool              `json:"bearerOnly"`
	StandardFlowEnabled       bool              `json:"standardFlowEnabled"`
	ImplicitFlowEnabled       bool              `json:"implicitFlowEnabled"`
	DirectAccessGrantsEnabled bool              `json:"directAccessGrantsEnabled"`
	ServiceAccountsEnabled    bool              `json:"serviceAccountsEnabled"`
	DefaultClientScopes       []string          `json:"defaultClientScopes"`
	OptionalClientScopes      []string          `json:"optionalClientScopes"`
	Attributes                map[string]string `json:"attributes"`
	ProtocolMappers           []protocolMapper  `json:"protocolMappers"`
}

// builtIn are the clients that Keycloak makes for itself in every realm.
func builtIn(id string) bool {
	return slices.Contains([]string{"account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"}, id)
}

func (r *Reader) client(text json.RawMessage) (*imports.Item, error) {
	item := &imports.Item{Kind: imports.KindClient, Line: r.line}
	var c client
	if item.Fault = decode(text, &c); item.Fault != nil {
		item.Raw = text
		return item, nil
	}
	if builtIn(c.ClientID) {
		return nil, nil //nolint:nilnil // passed over
	}
	line := map[string]any{
		"client_id": c.ClientID, "client_name": c.name(), "disabled": !c.Enabled, "redirect_uris": c.absolute(c.RedirectURIs),
		// The access tokens of Keycloak are JWTs that resource servers verify themselves.
		"access_token_format": "jwt", "access_token_alg": "RS256", "access_token_typ": "JWT",
	}
	notes, unsupported := c.grants(line, r.options.Flags)
	fault := c.credentials(line)
	if fault == nil {
		fault = unsupported
	}
	if other := c.otherKind(line); other != nil {
		fault = other
	}
	item.Notes = append(notes, c.formerSecret()...)
	item.Notes = append(item.Notes, c.answers(line)...)
	c.options(line)
	c.scopes(line)
	if other := c.subjects(line); fault == nil {
		fault = other
	}
	item.Complete(line, imports.ParseClient)
	if fault != nil {
		item.Fault = fault
	}
	return item, nil
}

// name: the names of Keycloak's own clients are references into its message catalogue.
func (c *client) name() string {
	if c.Name == "" || strings.HasPrefix(c.Name, "${") {
		return c.ClientID
	}
	return c.Name
}

// absolute resolves URIs against the client's root, as Keycloak does.
func (c *client) absolute(uris []string) []string {
	list := make([]string, len(uris))
	for i, uri := range uris {
		list[i] = uri
		if strings.HasPrefix(uri, "/") && strings.Contains(c.RootURL, "://") {
			list[i] = strings.TrimSuffix(c.RootURL, "/") + uri
		}
	}
	return list
}

// otherKind refuses what is no client of OpenID Connect. The line says so in properties that are refused
// as long as they are there: it must not become another client by importing it once more.
func (c *client) otherKind(line map[string]any) *imports.Fault {
	switch {
	case c.Protocol != "" && c.Protocol != "openid-connect":
		line["protocol"] = c.Protocol
		return &imports.Fault{Field: "/protocol", Reason: "the client speaks " + strconv.Quote(c.Protocol[:min(len(c.Protocol), 40)]) + ", not OpenID Connect"}
	case c.BearerOnly:
		line["bearer_only"], line["grant_types"] = true, []string{}
		return &imports.Fault{Field: "/bearer_only", Reason: `the client is bearer-only, and gets no tokens: put "may_introspect": true in place of "bearer_only" in the line if it is a resource server that introspects`}
	default:
		return nil
	}
}

func (c *client) credentials(line map[string]any) *imports.Fault {
	if c.PublicClient {
		line["token_endpoint_auth_method"] = "none"
		return nil
	}
	switch c.ClientAuthenticatorType {
	case "", "client-secret":
		line["token_endpoint_auth_method"] = "client_secret_basic"
		return c.secret(line)
	case "client-secret-jwt":
		line["token_endpoint_auth_method"] = "client_secret_jwt"
		return c.secret(line)
	case "client-jwt":
		line["token_endpoint_auth_method"] = "private_key_jwt"
		switch {
		case c.Attributes["use.jwks.url"] == "true":
			line["jwks_uri"] = c.Attributes["jwks.url"]
		case c.Attributes["use.jwks.string"] == "true":
			line["jwks"] = c.Attributes["jwks.string"]
		}
		if alg := c.Attributes["token.endpoint.auth.signing.alg"]; alg != "" {
			line["token_endpoint_auth_signing_alg"] = alg
		}
	default:
		line["token_endpoint_auth_method"] = c.ClientAuthenticatorType
		return &imports.Fault{Field: "/token_endpoint_auth_method", Reason: strconv.Quote(c.ClientAuthenticatorType[:min(len(c.ClientAuthenticatorType), 40)]) + " is not known here"}
	}
	return nil
}

// grants: the implicit flow is off unless it is turned on, and the password grant is for first-party clients, which an
// operator names one by one. The line of a client that has nothing else keeps what it has.
func (c *client) grants(line map[string]any, flags string) ([]string, *imports.Fault) {
	types := []string{}
	var notes []string
	refresh := c.Attributes["use.refresh.tokens"] != "false"
	if c.StandardFlowEnabled {
		types = append(types, "authorization_code")
		if refresh {
			types = append(types, "refresh_token")
		}
	}
	if c.ServiceAccountsEnabled {
		types = append(types, "client_credentials")
	}
	line["grant_types"] = types
	const implicit, direct = "the implicit flow, which is off unless GATEHOUSE_RESPONSE_TYPES turns it on", "direct access (the password grant), which is for first-party clients"
	if len(types) == 0 && (c.ImplicitFlowEnabled || c.DirectAccessGrantsEnabled) {
		if c.ImplicitFlowEnabled {
			types = append(types, "implicit")
		}
		if c.DirectAccessGrantsEnabled {
			types = append(types, "password")
			if refresh {
				types = append(types, "refresh_token")
			}
		}
		line["grant_types"] = types
		if c.ImplicitFlowEnabled {
			return nil, &imports.Fault{Field: "/grant_types", Reason: "the client has no flow but " + implicit + `: put "authorization_code" in place of "implicit" in the line once the application uses it`}
		}
		line["redirect_uris"] = []string{}
		return nil, &imports.Fault{Field: "/grant_types", Reason: "the client has no flow but " + direct + `: add "first_party": true to the line if it is one`}
	}
	if !c.StandardFlowEnabled && len(c.RedirectURIs) > 0 {
		// A registration with redirect URIs would get the code flow, which the client does not have.
		line["redirect_uris"] = []string{}
		notes = append(notes, "left out: the redirect URIs, as the client has no flow that uses them")
	}
	if c.ImplicitFlowEnabled {
		notes = append(notes, "left out: "+implicit)
	}
	if c.DirectAccessGrantsEnabled {
		notes = append(notes, "left out: "+direct+": gatehouse client update "+refusal.Quote(c.ClientID)+" --first-party --add-grant-type password"+flags)
	}
	return notes, nil
}

// answers are how the client is told of sign-outs, and its UserInfo. What is loaded in frames is to be on an origin that the
// client redirects to; the operator sees to that.
func (c *client) answers(line map[string]any) []string {
	signed := c.Attributes["user.info.response.signature.alg"]
	if signed == "unsigned" {
		signed = ""
	}
	notes := imports.Answers(line, c.Attributes["backchannel.logout.url"], signed)
	if c.Attributes["frontchannel.logout.url"] != "" {
		notes = append(notes, "left out: frontchannel_logout_uri")
	}
	return notes
}

func (c *client) options(line map[string]any) {
	if native(c.RedirectURIs) {
		line["client_type"] = "native"
	}
	switch after := c.Attributes["post.logout.redirect.uris"]; after {
	case "", "-":
	case "+":
		line["post_logout_redirect_uris"] = c.absolute(c.RedirectURIs)
	default:
		line["post_logout_redirect_uris"] = c.absolute(strings.Split(after, "##"))
	}
	switch c.Attributes["pkce.code.challenge.method"] {
	case "S256":
		line["require_pkce"] = true
	case "plain":
		line["require_pkce"], line["allow_plain_pkce"] = true, true
	}
	for attribute, name := range map[string]string{
		"access.token.signed.response.alg": "access_token_alg", "id.token.signed.response.alg": "id_token_signed_response_alg",
		"logoUri": "logo_uri", "policyUri": "policy_uri", "tosUri": "tos_uri",
	} {
		if value := c.Attributes[attribute]; value != "" {
			line[name] = value
		}
	}
	if strings.HasPrefix(c.BaseURL, "https://") {
		line["client_uri"] = c.BaseURL
	}
	if seconds, err := strconv.Atoi(c.Attributes["access.token.lifespan"]); err == nil && seconds > 0 {
		line["access_token_lifetime"] = seconds
	}
}

// native: only an application on the user's machine is reached by another scheme or the loopback
// interface (RFC 8252 section 7).
func native(uris []string) bool {
	return slices.ContainsFunc(uris, func(uri string) bool {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme == "" || u.Scheme == "https" {
			return false
		}
		return u.Scheme != "http" || slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
	})
}
