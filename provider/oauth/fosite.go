package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// newConfig configures the library for parts of this package. Every getter that would fill in its
// default on first use is set, since those write without a lock; scopes and audiences are compared
// exactly, where the defaults know wildcards and prefixes. MinParameterEntropy would demand a
// state (RFC 6749 section 4.1.1 recommends one) of eight characters.
func newConfig() *fosite.Config {
	return &fosite.Config{
		ClientAuthenticationStrategy: authenticatedClient,
		ScopeStrategy:                fosite.ExactScopeStrategy,
		AudienceMatchingStrategy:     fosite.ExactAudienceMatchingStrategy,
		JWKSFetcherStrategy:          noFetcher{},
		ClientSecretsHasher:          noHasher{},
		MinParameterEntropy:          1,
		SendDebugMessagesToClients:   false,
	}
}

// errNotComposed marks calls that the composition leaves fosite no reason to make.
var errNotComposed = errors.New("oauth: fosite reached for something that Gatehouse does itself")

// authenticatedClient takes the place of fosite's client authentication: Authenticate ran before.
func authenticatedClient(ctx context.Context, _ *http.Request, _ url.Values) (fosite.Client, error) {
	return clientStore{}.GetClient(ctx, "")
}

// clientStore knows the client of the call and nothing else.
type clientStore struct{}

// GetClient is part of fosite.ClientManager.
func (clientStore) GetClient(ctx context.Context, _ string) (fosite.Client, error) {
	call := CallOf(ctx)
	if call.client == nil {
		return nil, errNotComposed
	}
	return registered{call.client, call.approval}, nil
}

// ClientAssertionJWTValid is part of fosite.ClientManager.
func (clientStore) ClientAssertionJWTValid(context.Context, string) error { return errNotComposed }

// SetClientAssertionJWT is part of fosite.ClientManager.
func (clientStore) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return errNotComposed
}

// noHasher is never called: package client verifies secrets.
type noHasher struct{}

// Compare is part of fosite.Hasher.
func (noHasher) Compare(context.Context, []byte, []byte) error { return errNotComposed }

// Hash is part of fosite.Hasher.
func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, errNotComposed }

// noFetcher replaces fosite's own fetcher, which follows any URL that a client registers, private
// addresses included.
type noFetcher struct{}

// Resolve is part of fosite.JWKSFetcherStrategy.
func (noFetcher) Resolve(context.Context, string, bool) (*jose.JSONWebKeySet, error) {
	return nil, errNotComposed
}

// registered shows a client to fosite. It deliberately does not implement
// fosite.OpenIDConnectClient, which would switch on fosite's own request objects and assertion
// checks. It shows the accepted redirect URI alone: fosite's rule for loopback URIs ignores the
// scheme and user information.
type registered struct {
	*client.Client

	approval *approval
}

var _ fosite.ResponseModeClient = registered{}

// GetID is part of fosite.Client.
func (r registered) GetID() string { return r.ID }

// GetHashedSecret is part of fosite.Client.
func (r registered) GetHashedSecret() []byte { return nil }

// GetScopes is part of fosite.Client.
func (r registered) GetScopes() fosite.Arguments { return r.Scopes }

// IsPublic is part of fosite.Client.
func (r registered) IsPublic() bool { return r.Public() }

// GetAudience is part of fosite.Client.
func (r registered) GetAudience() fosite.Arguments { return r.Audience }

// GetRedirectURIs is part of fosite.Client.
func (r registered) GetRedirectURIs() []string {
	if r.approval == nil {
		return nil
	}
	return []string{r.approval.request.RedirectURI}
}

// GetResponseTypes is part of fosite.Client. It returns the accepted one alone.
func (r registered) GetResponseTypes() fosite.Arguments {
	if r.approval == nil {
		return nil
	}
	return fosite.Arguments{r.approval.request.ResponseType}
}

// GetResponseModes is part of fosite.ResponseModeClient. It returns the accepted one alone.
func (r registered) GetResponseModes() []fosite.ResponseModeType {
	if r.approval == nil {
		return nil
	}
	return []fosite.ResponseModeType{fosite.ResponseModeType(r.approval.request.Mode)}
}

// GetGrantTypes is part of fosite.Client.
func (r registered) GetGrantTypes() fosite.Arguments {
	types := make(fosite.Arguments, len(r.GrantTypes))
	for i, g := range r.GrantTypes {
		types[i] = string(g)
	}
	return types
}
