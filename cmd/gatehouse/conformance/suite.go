package conformance

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Variables of the environment that say which suite tests the server, for the server and for the
// runner alike.
const (
	ServerVariable = "CONFORMANCE_SERVER"
	AliasVariable  = "CONFORMANCE_ALIAS"
)

// defaultServer is where the suite's containers are on a developer's machine: a name that resolves to it. Tokens
// may be sent to a browser at localhost only for applications under development (OpenID Connect Registration
// section 2, application_type), which the suite's clients are not.
const (
	defaultServer = "https://localhost.emobix.co.uk:8443"
	defaultAlias  = "gatehouse-conformance"
)

// Suite is where the suite is, and the name under which it keeps our redirect URIs apart from those
// of others that it tests.
type Suite struct {
	server *url.URL
	alias  string
}

// FromEnvironment reads the variables, of which each has a default.
func FromEnvironment(variable func(name string) string) (Suite, error) {
	address, alias := variable(ServerVariable), variable(AliasVariable)
	if address == "" {
		address = defaultServer
	}
	if alias == "" {
		alias = defaultAlias
	}
	server, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || server.Scheme != "https" || server.Host == "" || server.Path != "" || server.RawQuery != "" || server.Fragment != "" || server.User != nil {
		return Suite{}, fmt.Errorf("%s %q is not an address such as %s", ServerVariable, address, defaultServer)
	}
	if !regexp.MustCompile(`^[a-z0-9-]{1,40}$`).MatchString(alias) {
		return Suite{}, fmt.Errorf("%s %q must be of small letters, digits and -", AliasVariable, alias)
	}
	return Suite{server, alias}, nil
}

// Server is the suite's address, without a slash at its end.
func (s Suite) Server() string { return s.server.String() }

// Host is the suite's host, without a port.
func (s Suite) Host() string { return s.server.Hostname() }

// Alias is the name of our configurations in the suite.
func (s Suite) Alias() string { return s.alias }

// At is the address of one of the pages that the suite has as a client, such as callback.
func (s Suite) At(page string) string { return s.Server() + "/test/a/" + s.alias + "/" + page }
