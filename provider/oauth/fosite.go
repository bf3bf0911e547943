package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// newFosite composes the library with the given token endpoint handlers and nothing
// else: no grant is on unless it stands here. Every getter of the configuration that
// would fill in its default on first use is set, since those write without a lock
// (fosite.md 21); the strategies compare letter by letter (fosite.md 22).
func newFosite(handlers ...fosite.TokenEndpointHandler) *fosite.Fosite {
	return fosite.NewOAuth2Provider(noStore{}, &fosite.Config{
		TokenEndpointHandlers:        handlers,
		ClientAuthenticationStrategy: authenticatedClient,
		ScopeStrategy:                fosite.ExactScopeStrategy,
		AudienceMatchingStrategy:     fosite.ExactAudienceMatchingStrategy,
		JWKSFetcherStrategy:          noFetcher{},
		ClientSecretsHasher:          noHasher{},
		SendDebugMessagesToClients:   false,
	})
}

// errNotOurWay marks calls that our composition leaves fosite no reason to make.
var errNotOurWay = errors.New("oauth: fosite reached for something that Gatehouse does itself")

// noStore: clients are authenticated before fosite sees the request.
type noStore struct{}

func (noStore) GetClient(context.Context, string) (fosite.Client, error) { return nil, errNotOurWay }

func (noStore) ClientAssertionJWTValid(context.Context, string) error { return errNotOurWay }

func (noStore) SetClientAssertionJWT(context.Context, string, time.Time) error { return errNotOurWay }

// noHasher: secrets are verified by package client.
type noHasher struct{}

func (noHasher) Compare(context.Context, []byte, []byte) error { return errNotOurWay }
func (noHasher) Hash(context.Context, []byte) ([]byte, error)  { return nil, errNotOurWay }

// noFetcher: fosite's own fetcher follows any address that a client registers, private
// ones included (fosite.md 33).
type noFetcher struct{}

func (noFetcher) Resolve(context.Context, string, bool) (*jose.JSONWebKeySet, error) {
	return nil, errNotOurWay
}

// registered shows one of our clients to fosite. It deliberately does not implement
// fosite.OpenIDConnectClient: that would switch on fosite's own request objects and
// assertion checks (fosite.md 8 and 12).
type registered struct{ *client.Client }

func (r registered) GetID() string                      { return r.ID }
func (r registered) GetHashedSecret() []byte            { return nil }
func (r registered) GetRedirectURIs() []string          { return r.RedirectURIs }
func (r registered) GetResponseTypes() fosite.Arguments { return nil }
func (r registered) GetScopes() fosite.Arguments        { return r.Scopes }
func (r registered) IsPublic() bool                     { return r.Public() }
func (r registered) GetAudience() fosite.Arguments      { return r.Audience }
func (r registered) GetGrantTypes() fosite.Arguments {
	types := make(fosite.Arguments, len(r.GrantTypes))
	for i, g := range r.GrantTypes {
		types[i] = string(g)
	}
	return types
}

// exchange fills the place of fosite's session in one token request. What is issued is
// kept in grants and tokens, so it carries nothing.
type exchange struct{}

func (exchange) SetExpiresAt(fosite.TokenType, time.Time) {}
func (exchange) GetExpiresAt(fosite.TokenType) time.Time  { return time.Time{} }
func (exchange) GetUsername() string                      { return "" }
func (exchange) GetSubject() string                       { return "" }
func (e exchange) Clone() fosite.Session                  { return e }
