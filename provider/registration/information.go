package registration

import (
	"encoding/json"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Information is what a client learns of its registration (RFC 7591 section 3.2.1).
type Information struct {
	Client *client.Client
	// Secret is that of the client where it was just made, Token manages the registration.
	Secret, Token string
	// Statement is the software statement of the request, as it was.
	Statement string

	endpoint string
}

// Properties are the registration in JSON's types: what is registered, whatever was asked for.
func (i *Information) Properties() map[string]any {
	c := i.Client
	values := map[string]any{
		clientIDName: c.ID, issuedAtName: c.CreatedAt.Unix(),
		registrationToken: i.Token, registrationURI: i.endpoint + "/" + c.ID,
		responseTypes: []string{client.ResponseCode}, // where it is registered for no others
	}
	for _, p := range own() {
		switch {
		case p.name == scopeName:
			values[scopeName] = strings.Join(c.Scopes, " ")
		case p.Optional && p.IsZero(c) && p.Default == "":
		case p.name == jwksName:
			values[jwksName] = json.RawMessage(c.JWKS)
		default:
			values[p.name] = p.Value(c)
		}
	}
	for _, answer := range []string{"id_token_encrypted_response", "userinfo_encrypted_response"} {
		if alg, enc := answer+"_alg", answer+"_enc"; values[alg] != nil && values[enc] == nil {
			values[enc] = client.DefaultEncryption
		}
	}
	if i.Secret != "" {
		values[secretName], values[secretExpiresAt] = i.Secret, 0 // it does not expire
	}
	if i.Statement != "" {
		values[statementName] = i.Statement
	}
	return values
}
