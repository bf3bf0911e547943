package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// clientAuth is what a page asks for to authenticate as a client. It is used for one request, and neither stored nor
// shown again.
type clientAuth struct {
	Method client.AuthMethod
	// Secret and Assertion tell what is asked for; neither for a public client.
	Secret, Assertion bool
	// ID and Audience are what an assertion has to name.
	ID, Audience string
}

// Methods is how the client authenticates.
func (a clientAuth) Methods() []string { return []string{string(a.Method)} }

func (c *Console) authOf(registered *client.Client) clientAuth {
	a := clientAuth{Method: registered.AuthMethod, ID: registered.ID, Audience: c.Provider.Issuer}
	switch registered.AuthMethod {
	case client.None:
	case client.PrivateKeyJWT, client.SecretJWT:
		a.Assertion = true
	default:
		a.Secret = true
	}
	return a
}

// tokenRequest is a request to the token endpoint with a form of name, value, name, value.
func (c *Console) tokenRequest(form ...string) transcript.Request {
	return transcript.Request{Method: http.MethodPost, URL: c.Provider.Token, Form: transcript.Pairs(form...)}
}

// assertionType is client_assertion_type of RFC 7523 section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticated is a request of a client, with what the form has to authenticate it (RFC 6749 section 2.3).
func authenticated(r transcript.Request, registered *client.Client, form url.Values) transcript.Request {
	secret := trimmed(form, "secret")
	switch registered.AuthMethod {
	case client.None:
		r.Form = append(r.Form, transcript.Pairs("client_id", registered.ID)...)
	case client.PrivateKeyJWT, client.SecretJWT:
		r.Form = append(r.Form, transcript.Pairs("client_assertion_type", assertionType, "client_assertion", trimmed(form, "assertion"))...)
	case client.SecretPost:
		r.Form = append(r.Form, transcript.Pairs("client_id", registered.ID, "client_secret", secret)...)
	default:
		r.As = transcript.Client{ID: registered.ID, Secret: secret}
	}
	return r
}

// masked is a request as pages show it: nothing of what authenticates the client is in it.
func masked(r transcript.Request) transcript.Request {
	return r.Masked(settings.Secret, "client_secret", "client_assertion")
}
