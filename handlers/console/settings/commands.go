package settings

import (
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Commands are requests of a client that acts for itself, to try them and to read them off: for tokens of its own, and
// about tokens that it received. There are none for a client without a secret.
func Commands(server Provider, c *client.Client) ([]File, error) {
	if !c.HasSecret() || c.AuthMethod == client.SecretJWT {
		return nil, nil
	}
	v := values{Provider: server, ClientID: c.ID, Scopes: c.Scopes}
	var names []string
	if c.MayUse(client.ClientCredentials) {
		names = append(names, "token.sh")
	}
	if c.MayIntrospect {
		names = append(names, "introspect.sh")
	}
	var files []File
	for _, name := range names {
		text, err := fill(Product{Name: "commands"}, name, v)
		if err != nil {
			return nil, err
		}
		files = append(files, File{name, text})
	}
	return files, nil
}

// Basic are the credentials as HTTP Basic has them (RFC 6749 section 2.3.1: encoded as in a form).
func (v values) Basic() string { return url.QueryEscape(v.ClientID) + ":" + Secret }
