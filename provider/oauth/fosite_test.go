package oauth_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Each test here guards against a fault of the library, which its comment describes; doc.go lists
// what must not be called. Faults that only show over HTTP are tested in test/e2e.

// fosite opens introspection to any bearer of a token, and its response lacks token_type, iss and
// jti.
func TestIntrospectionIsForAuthenticatedClients(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc, Scopes: []string{"s"}, DefaultScopes: []string{"s"}})
	text := h.issue("a", secret, nil)

	bearer := request(url.Values{"token": {text}})
	bearer.Authorization = []string{"Bearer " + text}
	_, err := h.provider.Introspect(t.Context(), bearer)
	assertRefused(t, err, "invalid_client")

	got, err := h.provider.Introspect(t.Context(), basic("a", secret, url.Values{"token": {text}}))
	require.NoError(t, err)
	assert.True(t, got.Active)
	for name, value := range map[string]string{"token_type": got.TokenType, "token_use": got.TokenUse, "iss": got.Issuer, "jti": got.ID, "sub": got.Subject, "scope": got.Scope} {
		assert.NotEmpty(t, value, name)
	}
}

// fosite derives codes, access and refresh tokens from one secret and tells them apart by their
// table alone. Here the kind is part of the hash, so that a token renamed to another kind is
// inactive.
func TestTheKindOfATokenCannotBeChanged(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	text := h.issue("a", secret, nil)
	parsed, err := token.Parse(text)
	require.NoError(t, err)
	for _, kind := range []token.Kind{token.Refresh, token.Code} {
		parsed.Kind = kind
		assert.False(t, h.active("a", secret, parsed.Encode()), kind)
	}
	assert.False(t, h.active("a", secret, strings.TrimPrefix(text, "gh_at_")), "the prefix is required")
	assert.True(t, h.active("a", secret, text))
}

// fosite revokes a whole family by the signature half of a token, and looks malformed input up in
// the store. Here the hash covers the whole token and is checked first.
func TestPartsOfATokenRevokeNothing(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	text := h.issue("a", secret, nil)
	parsed, err := token.Parse(text)
	require.NoError(t, err)
	forged := parsed
	forged.Secret[31] ^= 1
	require.True(t, h.active("a", secret, text)) // the client is in memory now
	h.statements.Store(0)
	for _, part := range []string{"", ".", text[:len(text)-10], text[10:], "AAAA." + text, parsed.ID.String()} {
		if part != "" {
			require.NoError(t, h.provider.Revoke(t.Context(), basic("a", secret, url.Values{"token": {part}})))
		}
	}
	assert.Zero(t, h.statements.Load(), "malformed input does not reach the database")
	require.NoError(t, h.provider.Revoke(t.Context(), basic("a", secret, url.Values{"token": {forged.Encode()}})))
	assert.True(t, h.active("a", secret, text))

	// Another client that has the whole token is told that it is not its own.
	other := h.client(client.Client{ID: "b"})
	assertRefused(t, h.provider.Revoke(t.Context(), basic("b", other, url.Values{"token": {text}})), "invalid_grant")
	assert.True(t, h.active("a", secret, text))
}

// fosite accepts several methods in one request (RFC 6749 section 2.3 forbids it), ignores a secret
// of a public client, and refuses secrets with '+' or '%' that were not form-encoded.
func TestAClientAuthenticatesByOneRegisteredMethod(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "basic", GrantTypes: cc})
	pinned := h.client(client.Client{ID: "pinned", GrantTypes: cc, AuthMethodPinned: true})
	posted := h.client(client.Client{ID: "post", GrantTypes: cc, AuthMethod: client.SecretPost, AuthMethodPinned: true})
	shared := h.client(client.Client{ID: "shared", GrantTypes: cc, AuthMethod: client.SecretJWT})
	h.client(client.Client{ID: "public", AuthMethod: client.None})
	grant := url.Values{"grant_type": {"client_credentials"}}
	with := func(more url.Values) url.Values {
		form := url.Values{"grant_type": {"client_credentials"}}
		for k, v := range more {
			form[k] = v
		}
		return form
	}
	for name, tc := range map[string]struct {
		r    *oauth.Call
		code string
	}{
		"both ways":                     {basic("basic", secret, with(url.Values{"client_id": {"post"}, "client_secret": {posted}})), "invalid_request"},
		"other client_id in the body":   {basic("basic", secret, with(url.Values{"client_id": {"post"}})), "invalid_request"},
		"assertion beside it":           {basic("basic", secret, with(url.Values{"client_assertion": {"x"}})), "invalid_request"},
		"Basic for a post client":       {basic("post", posted, grant), "invalid_client"},
		"post for a Basic client":       {request(with(url.Values{"client_id": {"pinned"}, "client_secret": {pinned}})), "invalid_client"},
		"Basic for a JWT client":        {basic("shared", shared, grant), "invalid_client"},
		"post for a JWT client":         {request(with(url.Values{"client_id": {"shared"}, "client_secret": {shared}})), "invalid_client"},
		"Basic with an empty secret":    {basic("basic", "", grant), "invalid_client"},
		"no secret for a Basic client":  {request(with(url.Values{"client_id": {"basic"}})), "invalid_client"},
		"a secret of a public client":   {request(with(url.Values{"client_id": {"public"}, "client_secret": {"x"}})), "invalid_client"},
		"Basic for a public client":     {basic("public", "x", grant), "invalid_client"},
		"assertion only":                {request(with(url.Values{"client_assertion": {"x"}, "client_id": {"basic"}})), "invalid_client"},
		"an unknown client":             {basic("nobody", secret, grant), "invalid_client"},
		"a client id with a line break": {basic("a\nb", secret, grant), "invalid_client"},
	} {
		_, err := h.provider.Token(t.Context(), tc.r)
		r := assertRefused(t, err, tc.code)
		challenged := tc.code == "invalid_client" && len(tc.r.Authorization) > 0
		assert.Equal(t, challenged, strings.Contains(r.Challenge, "Basic"), name) // RFC 6749 section 5.2
	}
	for name, r := range map[string]*oauth.Call{
		"by Basic":                            basic("basic", secret, grant),
		"in the body":                         request(with(url.Values{"client_id": {"basic"}, "client_secret": {secret}})),
		"its own client_id beside the header": basic("basic", secret, with(url.Values{"client_id": {"basic"}})),
		"the pinned method":                   basic("pinned", pinned, grant),
		"the other pinned method":             request(with(url.Values{"client_id": {"post"}, "client_secret": {posted}})),
	} {
		_, err := h.provider.Token(t.Context(), r)
		require.NoError(t, err, name)
	}
	// What curl -u public: sends: the client is identified, and refused by the rule for public ones.
	_, err := h.provider.Token(t.Context(), basic("public", "", grant))
	assertRefused(t, err, "unauthorized_client")

	// A secret with characters that form encoding changes, sent encoded and bare.
	odd := "a+b%2Fc d&e=f/" + strings.Repeat("x", 32)
	odd = strings.ReplaceAll(odd, " ", "")
	h.clientWithSecret(client.Client{ID: "odd", GrantTypes: cc}, odd)
	for _, sent := range []string{odd, url.QueryEscape(odd)} {
		r := request(grant)
		r.Authorization = []string{"basic " + base64.StdEncoding.EncodeToString([]byte("odd:"+sent))}
		_, err := h.provider.Token(t.Context(), r)
		assert.NoError(t, err, sent)
	}
}

// fosite responds with invalid_request to an unknown grant type, and ignores case (RFC 6749 section
// 5.2: unsupported_grant_type).
func TestUnknownGrantTypesAreUnsupported(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	for _, grant := range []string{"magic", "CLIENT_CREDENTIALS", "client_credentials ", "client_credentials client_credentials", "implicit", "Password", "refresh-token"} {
		_, err := h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {grant}}))
		assertRefused(t, err, "unsupported_grant_type")
	}
}

// fosite's descriptions repeat the request.
func TestDescriptionsRepeatNoMarkup(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	for _, form := range []url.Values{{"grant_type": {"<x>"}}, {"scope": {"<x>"}}, {"audience": {"<x>"}}, {"resource": {"<x>"}}} {
		if form.Get("grant_type") == "" {
			form.Set("grant_type", "client_credentials")
		}
		_, err := h.provider.Token(t.Context(), basic("a", secret, form))
		r := assertRefused(t, err, "")
		assert.NotContains(t, r.Description, "<x>")
	}
}

// fosite's JWT access tokens have a list scp, no client_id and the typ JWT, and a refreshed one
// keeps the iat of the first.
func TestJWTAccessTokensFollowRFC9068(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc, TokenFormat: client.JWT, Scopes: []string{"s", "t"}, Audience: []string{"api", "api2"}})
	read := func(text string) map[string]any {
		payload, err := h.keys.Verify(t.Context(), text, "at+jwt", keys.ES256)
		require.NoError(t, err)
		claims := map[string]any{}
		require.NoError(t, json.Unmarshal(payload, &claims))
		return claims
	}
	first := read(h.issue("a", secret, url.Values{"scope": {"s t"}, "audience": {"api"}}))
	assert.Equal(t, "s t", first["scope"], "a string, not a list")
	assert.Equal(t, "api", first["aud"])
	assert.Equal(t, "a", first["client_id"])
	assert.Equal(t, issuer, first["iss"])
	assert.NotContains(t, first, "scp")
	assert.NotContains(t, first, "acr", "no user was authenticated")
	assert.NotContains(t, first, "auth_time")

	h.advance(10 * time.Second)
	second := read(h.issue("a", secret, url.Values{"scope": {"s t"}, "audience": {"api"}}))
	assert.InDelta(t, 10, second["iat"].(float64)-first["iat"].(float64), 0.1, "fresh times")
	assert.NotEqual(t, first["jti"], second["jti"])
	assert.Equal(t, []any{"api", "api2"}, read(h.issue("a", secret, url.Values{"scope": {"s"}, "resource": {"api", "api2"}}))["aud"])
	assert.Equal(t, issuer, read(h.issue("a", secret, url.Values{"scope": {"s"}}))["aud"], "without an audience: the issuer")

	// Another kind of JWT that this server signed is no access token (RFC 8725 section 3.11).
	other, err := h.keys.Sign(t.Context(), keys.ES256, "JWT", []byte(`{"jti":"`+first["jti"].(string)+`"}`))
	require.NoError(t, err)
	assert.False(t, h.active("a", secret, other))
}

// fosite's getters fill in defaults without a lock. The race detector runs this test in
// `make race`.
func TestParallelRequestsShareNoState(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {"client_credentials"}}))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
}

// fosite's defaults accept wildcards in scopes, prefixes in audiences, and any letter case.
func TestScopesAndAudiencesAreComparedExactly(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc, Scopes: []string{"read", "read.all"}, Audience: []string{"https://api/a"}})
	for _, scope := range []string{"*", "READ", "read.*", "read.all.more", "openid", "read\tread.all", `"read"`} {
		_, err := h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}))
		assertRefused(t, err, "invalid_scope")
	}
	for _, audience := range []string{"https://api/", "https://api/a/", "https://api/a/../admin", "https://api/A", "https://api/a?x"} {
		_, err := h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "audience": {audience}}))
		assertRefused(t, err, "invalid_target")
	}
	got, err := h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read.all  read read"}}))
	require.NoError(t, err)
	assert.Equal(t, "read.all read", got.Parameters["scope"])
	// No scope requested: a default, or an error (RFC 6749 section 3.3).
	_, err = h.provider.Token(t.Context(), basic("a", secret, url.Values{"grant_type": {"client_credentials"}}))
	assert.Contains(t, assertRefused(t, err, "invalid_scope").Description, "names no scope")
	bare := h.client(client.Client{ID: "bare", GrantTypes: cc})
	got, err = h.provider.Token(t.Context(), basic("bare", bare, url.Values{"grant_type": {"client_credentials"}}))
	require.NoError(t, err)
	assert.Empty(t, got.Parameters["scope"], "the client has no scopes")
	assert.Equal(t, []string{}, got.Parameters["scopes"])
}

// fosite parses whatever is presented as a JWT: many dots and deep nesting exhaust the JOSE library
// (CVE-2025-27144, CVE-2026-116586).
func TestOversizedTokensAreNotParsed(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	require.False(t, h.active("a", secret, "x")) // the client is in memory now
	h.statements.Store(0)
	nested := base64.RawURLEncoding.EncodeToString([]byte(`{"jti":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + "}"))
	for _, text := range []string{strings.Repeat(".", 60_000), "a." + strings.Repeat("A", 60_000) + ".b", "e30." + nested + ".x", "e30.e30.x"} {
		assert.False(t, h.active("a", secret, text))
	}
	assert.Zero(t, h.statements.Load())
}

// fosite stores a client credentials token without a transaction; a single statement needs none.
func TestIssuingIsOneStatement(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	h.issue("a", secret, nil)
	h.statements.Store(0)
	h.issue("a", secret, nil)
	assert.EqualValues(t, 1, h.statements.Load())
}
