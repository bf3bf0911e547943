package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// clientRegistrationSettings say which clients may register themselves, and for what.
type clientRegistrationSettings struct {
	// ClientRegistration says which clients may register themselves (RFC 7591): off (none), token (who has an
	// initial access token) or open (all); empty: off, or open where MCPServers are named.
	ClientRegistration string `koanf:"client_registration"`
	// MCPServers are the URLs of MCP servers that accept tokens of this server: their clients may register
	// themselves, and request tokens for those URLs (the parameter resource).
	MCPServers []string `koanf:"mcp_servers"`
	// ClientMetadataDocuments are the hosts whose URLs can be a client_id, with a document that says what the client
	// is (client ID metadata documents), "*" for all of them, or off; empty: off, or * where MCPServers are named and
	// ClientRegistration is not off or token. Clients of a host that is not among them any more are refused.
	ClientMetadataDocuments []string `koanf:"client_metadata_documents"`
	// ClientRegistrationScopes are the scopes that such clients may have, and ClientRegistrationResources the
	// audiences of their tokens, beside MCPServers. An initial access token may name others.
	ClientRegistrationScopes    []string `koanf:"client_registration_scopes"`
	ClientRegistrationResources []string `koanf:"client_registration_resources"`
	// ClientRegistrationTokens is the form of their access tokens, opaque or jwt; empty: opaque, or jwt where
	// MCPServers are named.
	ClientRegistrationTokens string `koanf:"client_registration_tokens"`
	// ClientRegistrationSchemes are private-use schemes without a dot, such as cursor, that their redirect URIs
	// may have: any other program could claim them, so name those of programs that your users have.
	ClientRegistrationSchemes []string `koanf:"client_registration_schemes"`
	// ClientRegistrationUnused is how long a client stays that registered without a token and that nobody signed
	// in to, ClientRegistrationIdle how long one that somebody did, after the last time.
	ClientRegistrationUnused time.Duration `koanf:"client_registration_unused"`
	ClientRegistrationIdle   time.Duration `koanf:"client_registration_idle"`
	// ClientRegistrationLimit is how many clients may register without a token in 24 hours. An address (a /64 of IPv6) may
	// have the 50th part of what is left of it, and a network (a /24, or a /48) the fifth.
	ClientRegistrationLimit int `koanf:"client_registration_limit"`
	// ClientRegistrationOutboundAllow are hosts that our connections may reach although their addresses are private
	// where such a client names them: by a client_id that is the URL of its metadata document, its jwks_uri,
	// sector_identifier_uri, request_uris, logo_uri or backchannel_logout_uri. OutboundAllow is none of them: it is for
	// your own clients, and for one that registered itself once you make it your own (gatehouse client update --trust
	// operator).
	ClientRegistrationOutboundAllow []string `koanf:"client_registration_outbound_allow"`
	// SoftwareStatementIssuers are trusted to sign software statements (RFC 7591 section 2.3), each with the
	// https URL of its keys, or the path of a file with them as a JWK set, such as
	// https://directory.example.com=https://directory.example.com/jwks.json.
	SoftwareStatementIssuers []string `koanf:"software_statement_issuers"`
}

// mostRegistrations bounds ClientRegistrationLimit.
const mostRegistrations = 1_000_000

func clientRegistrationDefaults() clientRegistrationSettings {
	return clientRegistrationSettings{
		ClientRegistrationScopes: []string{"openid", "profile", "email", "address", "phone", "offline_access"},
		ClientRegistrationUnused: 24 * time.Hour,
		ClientRegistrationIdle:   90 * 24 * time.Hour,
		ClientRegistrationLimit:  10_000,
	}
}

// clientRegistrationMode is who may register a client.
func (c *config) clientRegistrationMode() registration.Mode {
	switch {
	case c.ClientRegistration != "":
		return registration.Mode(c.ClientRegistration)
	case len(c.MCPServers) > 0:
		return registration.Open
	default:
		return registration.Off
	}
}

// documentHosts are the hosts whose metadata documents are read; none: they are off.
func (c *config) documentHosts() []string {
	switch {
	case slices.Equal(c.ClientMetadataDocuments, []string{"off"}):
		return nil
	case len(c.ClientMetadataDocuments) == 0 && len(c.MCPServers) > 0 && c.clientRegistrationMode() == registration.Open:
		return []string{"*"}
	default:
		return c.ClientMetadataDocuments
	}
}

// registrationResources are the audiences of tokens of clients that register themselves.
func (c *config) registrationResources() []string {
	all := slices.Concat(c.ClientRegistrationResources, c.MCPServers)
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *config) registrationTokens() client.TokenFormat {
	if c.ClientRegistrationTokens == "" && len(c.MCPServers) > 0 {
		return client.JWT
	}
	return client.TokenFormat(c.ClientRegistrationTokens)
}

// statementIssuers reads the settings, and the files that they name.
func (c *config) statementIssuers() ([]registration.StatementIssuer, error) {
	var issuers []registration.StatementIssuer
	for _, text := range c.SoftwareStatementIssuers {
		name, keys, ok := strings.Cut(strings.TrimSpace(text), "=")
		if !ok || name == "" || keys == "" {
			return nil, fmt.Errorf("%s: %q is not of the form https://issuer.example.com=https://issuer.example.com/jwks.json", c.named("software_statement_issuers"), text)
		}
		issuer := registration.StatementIssuer{Issuer: name}
		if strings.HasPrefix(keys, "https://") {
			issuer.JWKSURI = keys
		} else {
			set, err := os.ReadFile(keys) //nolint:gosec // the operator names the file
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.named("software_statement_issuers"), err)
			}
			if _, err := client.ParseKeySet(set); err != nil {
				return nil, fmt.Errorf("%s: %s %w", c.named("software_statement_issuers"), keys, err)
			}
			issuer.JWKS = string(set)
		}
		issuers = append(issuers, issuer)
	}
	return issuers, nil
}

func (c *config) validateClientRegistration() error {
	var faults []error
	wrong := func(key, format string, values ...any) {
		faults = append(faults, fmt.Errorf("%s "+format, append([]any{c.named(key)}, values...)...))
	}
	if !slices.Contains([]string{"", string(registration.Off), string(registration.WithToken), string(registration.Open)}, c.ClientRegistration) {
		wrong("client_registration", "%q must be off, token or open", c.ClientRegistration)
	}
	for _, host := range c.ClientMetadataDocuments {
		alone := host == "*" || host == "off"
		if (alone && len(c.ClientMetadataDocuments) > 1) || (!alone && !client.DocumentURL("https://"+host+"/")) || host != strings.ToLower(host) || strings.Contains(host, ":") {
			wrong("client_metadata_documents", "%q must be a host name in lower case, such as app.example.com; or off or * alone", host)
		}
	}
	for _, server := range c.MCPServers {
		u, err := url.Parse(server)
		if err != nil || u.Host == "" || u.User != nil || strings.Contains(server, "#") || (u.Scheme != "https" && (u.Scheme != "http" || !client.Loopback(u.Hostname()))) {
			wrong("mcp_servers", "%q must be an https URL without a fragment, such as https://mcp.example.com/mcp", server)
		}
	}
	for _, scope := range c.ClientRegistrationScopes {
		if !client.ValidScope(scope) || strings.HasPrefix(scope, "gatehouse:") {
			wrong("client_registration_scopes", "%q must be the name of a scope, and not of management", scope)
		}
	}
	for _, scheme := range c.ClientRegistrationSchemes {
		if !regexp.MustCompile(`^[a-z][a-z0-9+-]*$`).MatchString(scheme) {
			wrong("client_registration_schemes", "%q must be a scheme in lower case, such as cursor", scheme)
		} else if client.TakenScheme(scheme) {
			wrong("client_registration_schemes", "%q is a scheme of browsers or of other programs, which no client may have", scheme)
		}
	}
	for key, hosts := range map[string][]string{"outbound_allow": c.OutboundAllow, "client_registration_outbound_allow": c.ClientRegistrationOutboundAllow} {
		for _, host := range hosts {
			if strings.Contains(host, "/") {
				wrong(key, "%q must be the name of a host or an address, as in a URL, without a scheme", host)
			}
		}
	}
	if !slices.Contains([]string{"", string(client.Opaque), string(client.JWT)}, c.ClientRegistrationTokens) {
		wrong("client_registration_tokens", "%q must be opaque or jwt", c.ClientRegistrationTokens)
	}
	if c.ClientRegistrationUnused < time.Minute || c.ClientRegistrationIdle < time.Hour {
		wrong("client_registration_unused", "must be a minute at least, and %s an hour", c.named("client_registration_idle"))
	}
	if c.ClientRegistrationLimit < 1 || c.ClientRegistrationLimit > mostRegistrations {
		wrong("client_registration_limit", "must be 1 to 1000000")
	}
	_, err := c.statementIssuers()
	return errors.Join(append(faults, err)...)
}
