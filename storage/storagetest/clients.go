package storagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func sampleClient(id string, now time.Time) *client.Client {
	return &client.Client{
		ID: id, Name: "Ein Klient – £", Type: client.Web, AuthMethod: client.SecretBasic,
		GrantTypes:   []client.GrantType{client.ClientCredentials, client.AuthorizationCode},
		RedirectURIs: []string{"https://app.example.com/cb?x=1", "https://other.example.com/"},
		Scopes:       []string{"a", "b"}, DefaultScopes: []string{"a"}, Audience: []string{"https://api"},
		TokenFormat: client.JWT, IDTokenAlg: "ES256", AccessTokenLifetime: 15 * time.Minute,
		RequirePKCE: true, AllowPlainPKCE: true, FirstParty: true, MayIntrospect: true, CreatedAt: now, UpdatedAt: now,
		URI: "https://app.example.com", LogoURI: "https://app.example.com/logo.png", PolicyURI: "https://app.example.com/policy",
		RefreshTokenRotation: client.Reuse, RefreshTokenIdle: time.Hour, RefreshTokenLifetime: 2 * time.Hour, IDTokenLifetime: time.Minute, RateLimit: 42,
		JWKS: `{"keys":[]}`, JWKSURI: "https://app.example.com/jwks", AuthSigningAlg: "ES256",
		TOSURI: "https://app.example.com/tos", Contacts: []string{"ops@app.example.com", "Jo"}, PostLogoutRedirectURIs: []string{"https://app.example.com/bye"},
		AuthMethodPinned: true, AssertionIssuerOnly: true, AccessTokenAlg: "RS256", AccessTokenTyp: "JWT", RequiredACR: "phr", IDTokenClaims: true,
		AllowUndottedScheme: true, Restricted: true, Trust: client.Verified, SoftwareID: "notes", SoftwareVersion: "2",
	}
}

func testClients(t *testing.T, f *fixture) {
	ctx := t.Context()
	ends := f.clock().Add(time.Hour)
	c := sampleClient("shop", f.clock())
	c.Secrets = []client.Secret{
		{ID: f.newID(), Hash: "$sha256$one", CreatedAt: f.clock(), ExpiresAt: &ends},
		{ID: f.newID(), Hash: "$sha256$two", CreatedAt: f.clock()},
	}
	require.NoError(t, f.CreateClient(ctx, c))
	back, err := f.Client(ctx, "shop")
	require.NoError(t, err)
	assert.ElementsMatch(t, c.Secrets, back.Secrets)
	back.Secrets = c.Secrets
	assert.Equal(t, c, back, "all fields are read back, empty distinguished from NULL")

	require.ErrorIs(t, f.CreateClient(ctx, c), provider.ErrConflict)

	// Ids are compared byte by byte: no case folding, no trailing spaces, no wildcards.
	for _, other := range []string{"Shop", "SHOP", "shop ", "sho", "sh%p", "sh_p", ""} {
		_, err := f.Client(ctx, other)
		require.ErrorIs(t, err, provider.ErrNotFound, "%q", other)
	}
	require.NoError(t, f.CreateClient(ctx, sampleClient("Shop", f.clock())))

	// An update replaces the intended fields and nothing else.
	c.Name, c.Scopes, c.Audience, c.Disabled, c.RequirePKCE, c.AccessTokenLifetime = "Neu", []string{}, []string{}, true, false, 0
	c.Secrets = c.Secrets[1:]
	require.NoError(t, f.UpdateClient(ctx, c))
	back, err = f.Client(ctx, "shop")
	require.NoError(t, err)
	assert.Equal(t, c, back)
	other, err := f.Client(ctx, "Shop")
	require.NoError(t, err)
	assert.False(t, other.Disabled)
	require.ErrorIs(t, f.UpdateClient(ctx, sampleClient("nobody", f.clock())), provider.ErrNotFound)

	require.NoError(t, f.DeleteClient(ctx, "shop"))
	_, err = f.Client(ctx, "shop")
	require.ErrorIs(t, err, provider.ErrNotFound)
	require.ErrorIs(t, f.DeleteClient(ctx, "shop"), provider.ErrNotFound)
	assert.Equal(t, 0, Count(t, f.url, "client_secrets"), "secrets are deleted with their client")
}

func testClientListing(t *testing.T, f *fixture) {
	var want []string
	for i := range 25 {
		id := fmt.Sprintf("client-%02d", i)
		f.client(t, id)
		want = append(want, id)
	}
	f.client(t, "CLIENT") // upper case sorts before lower case, on both databases
	want = append([]string{"CLIENT"}, want...)
	var got []string
	for after := ""; ; {
		page, err := f.Clients(t.Context(), "", after, 10)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			got = append(got, c.ID)
		}
		after = got[len(got)-1]
	}
	assert.Equal(t, want, got)

	ids, err := f.ClientIDs(t.Context(), 100)
	require.NoError(t, err)
	assert.Equal(t, want, ids)
	ids, err = f.ClientIDs(t.Context(), 3)
	require.NoError(t, err)
	assert.Equal(t, want[:3], ids)
}

func testOrigins(t *testing.T, f *fixture) {
	origins := func() []string {
		all, err := f.Origins(t.Context())
		require.NoError(t, err)
		return all
	}
	c := sampleClient("spa", f.clock())
	require.NoError(t, f.CreateClient(t.Context(), c))
	assert.Empty(t, origins(), "a confidential client has no origins")

	c.AuthMethod = client.None
	require.NoError(t, f.UpdateClient(t.Context(), c))
	both := []string{"https://app.example.com", "https://other.example.com"}
	assert.Equal(t, both, origins())

	neighbour := sampleClient("neighbour", f.clock())
	neighbour.AuthMethod = client.None
	require.NoError(t, f.CreateClient(t.Context(), neighbour))
	assert.Equal(t, both, origins(), "each once")
	require.NoError(t, f.DeleteClient(t.Context(), "neighbour"))

	c.Disabled = true
	require.NoError(t, f.UpdateClient(t.Context(), c))
	assert.Empty(t, origins())
}
