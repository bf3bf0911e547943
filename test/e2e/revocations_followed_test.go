package e2e_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// An API that follows the feed refuses whatever was revoked, without introspection, also after the server was away.
func TestResourceServerFollowsRevocations(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		follower := s.follower("invoices-api")
		a := s.resourceServer(t, func(o *resource.Options) {
			o.Revocations = &resource.Revocations{ClientID: "invoices-api", ClientSecret: follower}
		})
		t.Cleanup(a.verifier.Close)
		followed := func() bool { return a.verifier.Stats().RevocationFeed == "followed" }
		s.soon(followed, "it follows")

		flags := []string{"--grant-type", "client_credentials", "--scope", "invoices:read", "--audience", "invoices-api", "--access-token-format", "jwt"}
		reports, doomed := s.client("reports", flags...), s.client("doomed", flags...)
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {"invoices:read"}}
		one, other, third := s.token("reports", reports, form), s.token("reports", reports, form), s.token("doomed", doomed, form)
		for _, token := range []string{one, other, third} {
			require.True(t, a.accepts(token))
		}
		require.Equal(t, http.StatusOK, s.post("/oauth/revoke", "reports", reports, url.Values{"token": {one}}).status)
		s.soon(func() bool { return !a.accepts(one) }, "the token is refused")
		assert.True(t, a.accepts(other), "the token beside it is not")

		s.command("client", "disable", "doomed")
		s.soon(func() bool { return !a.accepts(third) }, "the client's tokens are refused")
		assert.True(t, a.accepts(other))

		s.stop()
		s.command("token", "revoke", "--client", "reports", "--yes") // while the API can follow nothing
		s.run()
		s.soon(func() bool { return !a.accepts(other) }, "the grant has ended meanwhile")
		again := s.token("reports", reports, form)
		s.soon(followed, "it follows again")
		assert.True(t, a.accepts(again), "new tokens are good")
		assert.Zero(t, a.verifier.Stats().Introspections)
	})
}

// An API without a secret authenticates by its key, for the feed and for introspection.
func TestResourceServerAuthenticatesByItsKey(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	key, path := newClientKey(t)
	s.command("client", "create", "Invoices", "invoices-api", "--grant-type", "client_credentials", "--scope", audit.RevocationFeed, "--auth-method", "private_key_jwt", "--jwks", path)
	a := s.resourceServer(t, func(o *resource.Options) {
		o.Revocations = &resource.Revocations{ClientID: "invoices-api", SigningKey: &key}
		o.Introspection = &resource.Introspection{ClientID: "invoices-api", SigningKey: &key, CacheFor: time.Hour}
	})
	t.Cleanup(a.verifier.Close)
	s.soon(func() bool { return a.verifier.Stats().RevocationFeed == "followed" }, "it follows")
	batch := s.client("batch", "--grant-type", "client_credentials", "--scope", "invoices:read", "--audience", "invoices-api")
	token := s.token("batch", batch, url.Values{"scope": {"invoices:read"}, "audience": {"invoices-api"}})
	assert.True(t, a.accepts(token))
	assert.EqualValues(t, 1, a.verifier.Stats().Introspections)
	require.Equal(t, http.StatusOK, s.post("/oauth/revoke", "batch", batch, url.Values{"token": {token}}).status)
	s.soon(func() bool { return !a.accepts(token) }, "the token is refused")
}

// A client whose only audience is another API follows the feed: that audience is not forced upon the token
// for it. Neither API can use the other's token.
func TestFollowerWithAnAudienceOfItsOwn(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	secret := s.client("invoices-api", "--grant-type", "client_credentials", "--scope", audit.RevocationFeed, "--scope", "invoices:read",
		"--audience", "orders-api", "--access-token-format", "jwt")
	a := s.resourceServer(t, func(o *resource.Options) {
		o.Audience = []string{"orders-api"}
		o.Revocations = &resource.Revocations{ClientID: "invoices-api", ClientSecret: secret}
	})
	t.Cleanup(a.verifier.Close)
	s.soon(func() bool { return a.verifier.Stats().RevocationFeed == "followed" }, "it follows")

	feed := s.token("invoices-api", secret, feedToken())
	both := s.token("invoices-api", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {audit.RevocationFeed + " invoices:read"}})
	assert.Equal(t, http.StatusOK, s.askFeed(feed, nil).status)
	assert.False(t, a.accepts(feed), "a token for the feed is no token for the API")
	assert.True(t, a.accepts(both))
	assert.Equal(t, http.StatusUnauthorized, s.askFeed(both, nil).status, "a token for the API is none for the feed")
}
