package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Username and Password are those of the person whom the suite signs in.
const (
	Username = "alice"
	Password = "conformance-looking-glass"
)

// Client is one of the clients that the suite acts as, or the runner.
type Client struct {
	client.Client

	Secret string // empty where Key is set
	// Key is the name of the key that it signs its assertions with; see PrivateJWKS.
	Key string
}

// The clients by their part in a configuration. The suite uses two, of which each tries what is the
// other's, and one that sends its secret in the body.
const (
	First        = "conformance-1"
	Second       = "conformance-2"
	Post         = "conformance-post"
	BackChannel  = "conformance-backchannel"  // told of sign-outs by this server
	FrontChannel = "conformance-frontchannel" // told of sign-outs by the browser
	FirstKey     = "conformance-key-1"
	SecondKey    = "conformance-key-2"
	Operator     = "conformance-operator" // the runner's own: it rotates the signing keys when a module asks for it

	secretTail = "-secret-0123456789abcdef0123456789"
)

// Clients are all of them, registered for the addresses of the suite.
func Clients(suite Suite, issuer string) ([]Client, error) {
	web := func(id string, change func(c *client.Client)) Client {
		c := client.Client{
			ID: id, Name: "Conformance suite " + id, Type: client.Web,
			GrantTypes:             []client.GrantType{client.AuthorizationCode, client.RefreshToken, client.Implicit},
			ResponseTypes:          client.ResponseTypes(),
			RedirectURIs:           []string{suite.At("callback")},
			PostLogoutRedirectURIs: []string{suite.At("post_logout_redirect")},
			Scopes:                 consent.StandardScopes(), DefaultScopes: consent.SignInScopes(),
			// IDTokenClaims is what a web client has by default, and the suite warns of: OpenID Connect Core
			// section 5.4 has the claims of scopes at UserInfo alone where there is an access token.
			IDTokenClaims: false,
		}
		if change != nil {
			change(&c)
		}
		return Client{Client: c, Secret: id + secretTail}
	}
	clients := []Client{
		web(First, nil),
		web(Second, nil),
		web(BackChannel, func(c *client.Client) {
			c.BackChannelLogoutURI, c.BackChannelLogoutSessionRequired = suite.At("backchannel_logout"), true
		}),
		web(FrontChannel, func(c *client.Client) {
			c.FrontChannelLogoutURI, c.FrontChannelLogoutSessionRequired = suite.At("frontchannel_logout"), true
		}),
		web(Post, func(c *client.Client) { c.AuthMethod, c.AuthMethodPinned = client.SecretPost, true }),
		{Client: client.Client{
			ID: Operator, Name: "Runner of the conformance suite", Type: client.Backend,
			GrantTypes: []client.GrantType{client.ClientCredentials},
			Scopes:     []string{audit.WriteScope("keys")}, Audience: []string{issuer + "/api/v1"},
		}, Secret: Operator + secretTail},
	}
	for _, id := range []string{FirstKey, SecondKey} {
		public, err := jwks(id, false)
		if err != nil {
			return nil, err
		}
		c := web(id, func(c *client.Client) {
			c.AuthMethod, c.AuthMethodPinned = client.PrivateKeyJWT, true
			c.JWKS, c.AuthSigningAlg = string(public), string(jose.ES256)
		})
		c.Secret, c.Key = "", id
		clients = append(clients, c)
	}
	return clients, nil
}

// Secret is the secret of a client.
func Secret(id string) string { return id + secretTail }

// PrivateJWKS is the key set with which the suite signs the assertions of a client.
func PrivateJWKS(id string) (json.RawMessage, error) { return jwks(id, true) }

// jwks is made of the name of the key, so that the server and the runner need not exchange it.
func jwks(name string, private bool) (json.RawMessage, error) {
	scalar := sha256.Sum256([]byte("gatehouse conformance key " + name))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	one := jose.JSONWebKey{Key: key, KeyID: name, Algorithm: string(jose.ES256), Use: "sig"}
	if !private {
		one = one.Public()
	}
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{one}})
}
