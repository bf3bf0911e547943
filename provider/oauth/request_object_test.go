package oauth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// objectURI is where the client publishes request objects.
const objectURI = "https://app.example/objects/1"

// asking is a provider with request objects, and a client that sends them.
type asking struct {
	*fixture

	key *ecdsa.PrivateKey
}

func newAsking(t *testing.T, change func(c *client.Client)) *asking {
	t.Helper()
	a := &asking{fixture: newFixture(t), key: newECKey(t)}
	require.NoError(t, a.keys.Ensure(t.Context(), audittest.Operator(), keys.ECDHES))
	a.keys.OfferEncryption()
	a.offer(a.fetches, oauth.RequestObjectSettings{Issuer: issuer, ByValue: true, ByReference: true, Encrypted: true})
	c := client.Client{
		ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback, "https://app.example/other"},
		Scopes: []string{"openid", "profile"}, Audience: []string{"https://api.example", "https://api.example/b"},
		JWKS: string(keySetOf(t, "k1", a.key.Public())), RequestURIs: []string{objectURI},
	}
	if change != nil {
		change(&c)
	}
	a.client(c)
	return a
}

// offer composes the provider again, with other settings of request objects.
func (a *asking) offer(fetch interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}, s oauth.RequestObjectSettings,
) {
	a.t.Helper()
	clock := func() time.Time { return *a.now.Load() }
	a.domain.RequestObjects = oauth.NewRequestObjects(s, oauth.NewClientKeys(a.fetches, clock), a.keys, fetch, clock)
	var err error
	a.provider, err = oauth.New(oauth.Settings{Issuer: issuer, Paths: oauth.Paths{Authorization: "/oauth/authorize", Token: "/oauth/token", UserInfo: "/oauth/userinfo"}}, a.domain)
	require.NoError(a.t, err)
}

func newECKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// claims are those of a good request object, with additional or other ones; nil removes one.
func (a *asking) claims(more map[string]any) map[string]any {
	now := a.now.Load().Unix()
	claims := map[string]any{
		"iss": "app", "aud": issuer, "exp": now + 300, "iat": now, "nbf": now, "jti": "j1",
		"client_id": "app", "response_type": "code", "redirect_uri": callback, "scope": "openid profile", "state": "inside",
	}
	for name, value := range more {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func (a *asking) object(more map[string]any) string {
	return sign(a.t, jose.ES256, jose.JSONWebKey{Key: a.key, KeyID: "k1"}, map[jose.HeaderKey]any{"typ": "oauth-authz-req+jwt"}, a.claims(more))
}

// ask sends an object, with other parameters beside it.
func (a *asking) ask(object string, beside url.Values) (*oauth.AuthorizeRequest, error) {
	form := url.Values{"client_id": {"app"}, "request": {object}}
	for name, values := range beside {
		form[name] = values
	}
	return a.provider.CheckForm(a.t.Context(), form)
}

func TestRequestObjectsOfEveryAlgorithm(t *testing.T) {
	a := newAsking(t, nil)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	a.update("app", func(c *client.Client) {
		c.JWKS = string(keySetOf(t, "", rsaKey.Public(), edKey.Public(), a.key.Public()))
	})
	signers := map[jose.SignatureAlgorithm]any{jose.RS256: rsaKey, jose.PS256: rsaKey, jose.EdDSA: edKey, jose.ES256: a.key}
	for alg, key := range signers {
		for _, typ := range []string{"oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", "jwt", ""} {
			header := map[jose.HeaderKey]any{"typ": typ}
			if typ == "" {
				header = nil
			}
			r, err := a.ask(sign(t, alg, key, header, a.claims(nil)), nil)
			require.NoError(t, err, "%s %s", alg, typ)
			assert.Equal(t, "inside", r.State)
		}
	}
	_, err = a.ask(ed25519Text(t, edKey, a.claims(nil)), nil)
	require.NoError(t, err)
	a.update("app", func(c *client.Client) { c.RequestObjectAlg = "PS256" })
	_, err = a.ask(ed25519Text(t, edKey, a.claims(nil)), nil)
	require.Error(t, err)
	for alg, key := range signers {
		_, err := a.ask(sign(t, alg, key, nil, a.claims(nil)), nil)
		assert.Equal(t, alg == jose.PS256, err == nil, alg)
	}
}

// The parameters inside have the types of JSON (RFC 9101 section 4); fosite loses max_age and breaks claims.
func TestParametersInsideAreReadWithTheirTypes(t *testing.T) {
	a := newAsking(t, nil)
	asked := map[string]any{"userinfo": map[string]any{"name": map[string]any{"essential": true}}}
	whole, err := json.Marshal(asked)
	require.NoError(t, err)
	for name, more := range map[string]map[string]any{
		"JSON":    {"max_age": 300, "claims": asked, "resource": []string{"https://api.example", "https://api.example/b"}},
		"strings": {"max_age": "300", "claims": string(whole), "resource": []string{"https://api.example", "https://api.example/b"}},
	} {
		more["scope"], more["nonce"], more["prompt"], more["unknown"], more["another"] = "openid", "n", "login", map[string]any{"a": nil}, true
		r, err := a.ask(a.object(more), nil)
		require.NoError(t, err, name)
		assert.Equal(t, 5*time.Minute, *r.MaxAge, name)
		assert.Contains(t, r.Claims.UserInfo, "name", name)
		assert.Equal(t, []string{"https://api.example", "https://api.example/b"}, r.Audience, name)
		assert.Equal(t, "n", r.Nonce, name)
		assert.True(t, r.Asks("login"), name)
	}
	for name, more := range map[string]map[string]any{
		"state is a number":       {"state": 5},
		"nonce is null":           {"nonce": json.RawMessage("null")},
		"prompt is a list":        {"prompt": []string{"login"}},
		"scope is an object":      {"scope": map[string]any{"openid": true}},
		"claims are a list":       {"claims": []string{"name"}},
		"max_age is a fraction":   {"max_age": 1.5},
		"max_age is negative":     {"max_age": -1},
		"max_age is true":         {"max_age": true},
		"resource is an object":   {"resource": map[string]any{}},
		"resource is not of text": {"resource": []any{1}},
	} {
		_, err := a.ask(a.object(more), nil)
		r := assertRefused(t, err, "invalid_request_object")
		assert.Equal(t, refusal.CheckObjectClaims, r.Check, name)
	}
}

// RFC 9101 section 6.3: nothing beside the object counts, not even what the object does not have. A replayed object
// cannot be bent by what comes beside it.
func TestNothingBesideTheObjectCounts(t *testing.T) {
	a := newAsking(t, nil)
	r, err := a.ask(a.object(nil), url.Values{
		"response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"https://app.example/other"}, "state": {"outside"}, "nonce": {"outside"},
		"prompt": {"none"}, "max_age": {"0"}, "response_mode": {"form_post"}, "login_hint": {"somebody"}, "claims": {`{"userinfo":{"email":null}}`},
		"resource": {"https://api.example"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"}, "registration": {"{}"},
	})
	require.NoError(t, err)
	assert.Equal(t, "inside", r.State)
	assert.Equal(t, callback, r.RedirectURI)
	assert.Equal(t, []string{"openid", "profile"}, r.Scopes)
	assert.Equal(t, oauth.Query, r.Mode)
	assert.Empty(t, r.Nonce+r.Challenge+r.LoginHint)
	assert.Empty(t, r.Prompt)
	assert.Empty(t, r.Audience)
	assert.Empty(t, r.Claims.UserInfo)
	assert.Nil(t, r.MaxAge)

	r, err = a.ask(a.object(map[string]any{"state": nil}), url.Values{"state": {"outside"}})
	require.NoError(t, err)
	assert.False(t, r.HasState)
	_, err = a.ask(a.object(map[string]any{"response_type": nil}), nil)
	assertRefused(t, err, "invalid_request")
	r, err = a.ask(a.object(map[string]any{"redirect_uri": nil}), url.Values{"redirect_uri": {callback}})
	require.Error(t, err)
	assert.Nil(t, r, "openid needs the redirect URI, and two are registered")
	r, err = a.ask(a.object(nil), url.Values{"redirect_uri": {"https://evil.example"}})
	require.NoError(t, err)
	assert.Equal(t, callback, r.RedirectURI)

	// What OpenID Connect Core section 6.1 has clients send twice must not contradict itself.
	for name, beside := range map[string]url.Values{"response_type": {"response_type": {"token"}}, "scope": {"scope": {"openid email"}}} {
		_, err := a.ask(a.object(nil), beside)
		assert.Equal(t, refusal.CheckObjectClaims, assertRefused(t, err, "invalid_request_object").Check, name)
	}
	_, err = a.ask(a.object(nil), url.Values{"client_id": {"app", "app"}})
	assertRefused(t, err, "invalid_request")
	_, err = a.ask(a.object(nil), url.Values{"nonce": {"a", "b"}})
	assertRefused(t, err, "invalid_request")
}

// Each claim that is wrong is refused, by its check.
func TestInvalidRequestObjects(t *testing.T) {
	a := newAsking(t, nil)
	now := a.now.Load().Unix()
	for name, test := range map[string]struct {
		check refusal.Check
		more  map[string]any
	}{
		"expired":                {refusal.CheckObjectTime, map[string]any{"exp": now}},
		"exp is a text":          {refusal.CheckObjectTime, map[string]any{"exp": "soon"}},
		"nbf is null":            {refusal.CheckObjectTime, map[string]any{"nbf": json.RawMessage("null")}},
		"exp is null":            {refusal.CheckObjectTime, map[string]any{"exp": json.RawMessage("null")}},
		"not yet":                {refusal.CheckObjectTime, map[string]any{"nbf": now + 61}},
		"from the future":        {refusal.CheckObjectTime, map[string]any{"iat": now + 61}},
		"no iss":                 {refusal.CheckObjectClaims, map[string]any{"iss": nil}},
		"another iss":            {refusal.CheckObjectClaims, map[string]any{"iss": "other"}},
		"another client_id":      {refusal.CheckObjectClaims, map[string]any{"client_id": "other"}},
		"client_id is a list":    {refusal.CheckObjectClaims, map[string]any{"client_id": []string{"app"}}},
		"no aud":                 {refusal.CheckObjectClaims, map[string]any{"aud": nil}},
		"another aud":            {refusal.CheckObjectClaims, map[string]any{"aud": "https://other.example"}},
		"the token endpoint":     {refusal.CheckObjectClaims, map[string]any{"aud": issuer + "/oauth/token"}},
		"the issuer and a slash": {refusal.CheckObjectClaims, map[string]any{"aud": issuer + "/"}},
		"aud is an object":       {refusal.CheckObjectClaims, map[string]any{"aud": map[string]any{issuer: true}}},
		"an assertion":           {refusal.CheckObjectClaims, map[string]any{"sub": "app"}},
		"request inside":         {refusal.CheckObjectClaims, map[string]any{"request": "x"}},
		"request_uri inside":     {refusal.CheckObjectClaims, map[string]any{"request_uri": objectURI}},
		"registration inside":    {refusal.CheckRequestObject, map[string]any{"registration": "{}"}},
		"deeply nested":          {refusal.CheckObject, map[string]any{"x": json.RawMessage(strings.Repeat("[", 40) + strings.Repeat("]", 40))}},
		"huge":                   {refusal.CheckObject, map[string]any{"x": strings.Repeat("x", 16<<10)}},
	} {
		r, err := a.ask(a.object(test.more), url.Values{"redirect_uri": {callback}, "state": {"outside"}})
		refused := assertRefused(t, err, "")
		assert.Equal(t, test.check, refused.Check, "%s: %s", name, refused)
		assert.Equal(t, "app", refused.ClientID, name)
		require.NotNil(t, r, "%s: the error goes to the registered redirect URI", name)
	}
	for name, more := range map[string]map[string]any{
		"no times":             {"exp": nil, "nbf": nil, "iat": nil},
		"a clock 60 s ahead":   {"nbf": now + 60, "iat": now + 60},
		"a fraction":           {"exp": float64(now) + 0.5},
		"more than one aud":    {"aud": []string{"https://other.example", issuer}},
		"no client_id":         {"client_id": nil},
		"another sub":          {"sub": "u1"},
		"an unknown parameter": {"frob": map[string]any{"x": []int{1}}},
	} {
		_, err := a.ask(a.object(more), nil)
		require.NoError(t, err, name)
	}
}

// Whoever has no key of the client cannot ask in its name, whatever the header says.
func TestForgedRequestObjects(t *testing.T) {
	a := newAsking(t, nil)
	other := newECKey(t)
	a.client(client.Client{
		ID: "other", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback}, Scopes: []string{"openid"},
		JWKS: string(keySetOf(t, "k2", other.Public())),
	})
	der, err := x509.MarshalPKIXPublicKey(a.key.Public())
	require.NoError(t, err)
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	with := func(key *ecdsa.PrivateKey, kid string, header map[jose.HeaderKey]any) string {
		return sign(t, jose.ES256, jose.JSONWebKey{Key: key, KeyID: kid}, header, a.claims(nil))
	}
	unsigned := func(alg string) string {
		claims, err := json.Marshal(a.claims(nil))
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+alg+`"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
	}
	good := a.object(nil)
	parts := strings.Split(good, ".")
	changed, err := json.Marshal(a.claims(map[string]any{"redirect_uri": "https://app.example/other"}))
	require.NoError(t, err)
	raw := func(header, payload string) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: a.key}, nil)
		require.NoError(t, err)
		jws, err := signer.Sign([]byte(payload))
		require.NoError(t, err)
		text, err := jws.CompactSerialize()
		require.NoError(t, err)
		if header != "" {
			_, rest, _ := strings.Cut(text, ".")
			text = base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
		}
		return text
	}
	claims, err := json.Marshal(a.claims(nil))
	require.NoError(t, err)
	token, err := a.keys.Sign(t.Context(), keys.ES256, "JWT", claims)
	require.NoError(t, err)
	for name, object := range map[string]string{
		"another key":               with(other, "", nil),
		"another key, our kid":      with(other, "k1", nil),
		"key and kid of another":    with(other, "k2", nil),
		"the kid of another":        with(a.key, "k2", nil),
		"a key in the header":       sign(t, jose.ES256, other, map[jose.HeaderKey]any{"jwk": json.RawMessage(keyOf(t, other))}, a.claims(nil)),
		"a URL of our keys":         with(a.key, "k1", map[jose.HeaderKey]any{"jku": "https://app.example/jwks"}),
		"a URL of keys":             with(other, "", map[jose.HeaderKey]any{"jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u"}),
		"none":                      unsigned("none"),
		"None":                      unsigned("None"),
		"NONE":                      unsigned("NONE"),
		"nOnE":                      unsigned("nOnE"),
		"no algorithm":              unsigned(""),
		"the public key as secret":  sign(t, jose.HS256, public, nil, a.claims(nil)),
		"the key set as secret":     sign(t, jose.HS256, []byte(keySetOf(t, "k1", a.key.Public())), nil, a.claims(nil)),
		"the payload changed":       parts[0] + "." + base64.RawURLEncoding.EncodeToString(changed) + "." + parts[2],
		"the signature cut":         parts[0] + "." + parts[1] + ".",
		"critical header":           with(a.key, "k1", map[jose.HeaderKey]any{"crit": []string{"b64"}, "b64": true}),
		"an access token":           with(a.key, "k1", map[jose.HeaderKey]any{"typ": "at+jwt"}),
		"a logout token":            with(a.key, "k1", map[jose.HeaderKey]any{"typ": "logout+jwt"}),
		"a DPoP proof":              with(a.key, "k1", map[jose.HeaderKey]any{"typ": "dpop+jwt"}),
		"typ is a list":             raw(`{"alg":"ES256","typ":["JWT"]}`, string(claims)),
		"two algorithms":            raw(`{"alg":"ES256","alg":"none"}`, string(claims)),
		"a member twice":            raw("", strings.Replace(string(claims), `{`, `{"redirect_uri":"https://app.example/other",`, 1)),
		"no object":                 raw("", `["a"]`),
		"no JSON":                   raw("", `redirect_uri=x`),
		"signed by this server":     token,
		"JSON serialization":        `{"payload":"e30","signatures":[]}`,
		"many dots":                 strings.Repeat(".", 5000),
		"nothing that can be read":  "x",
		"a header that is too deep": base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(`{"a":`, 50))) + ".e30.x",
	} {
		_, err := a.ask(object, url.Values{"redirect_uri": {callback}})
		assertRefused(t, err, "invalid_request_object")
		require.Error(t, err, name)
	}
	assert.Zero(t, a.fetches.total(), "nothing that a header names is fetched")
	_, err = a.ask(good, url.Values{"client_id": {"other"}})
	assertRefused(t, err, "invalid_request_object")
	a.update("app", func(c *client.Client) { c.JWKS = "" })
	_, err = a.ask(good, url.Values{"redirect_uri": {callback}})
	assertRefused(t, err, "invalid_request_object")
}

// keyOf is a public key as a JWK.
func keyOf(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKey{Key: key.Public()})
	require.NoError(t, err)
	return text
}

// A key that is for encryption, or for another algorithm, verifies nothing; and the keys of a jwks_uri are fetched again
// for a kid that is not known yet.
func TestKeysOfRequestObjects(t *testing.T) {
	a := newAsking(t, func(c *client.Client) { c.AuthMethod, c.AuthMethodPinned = client.None, true })
	as := func(use, alg string) []byte {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: a.key.Public(), KeyID: "k1", Use: use, Algorithm: alg}}})
		require.NoError(t, err)
		return text
	}
	a.update("app", func(c *client.Client) { c.JWKS = string(as("enc", "")) })
	_, err := a.ask(a.object(nil), nil)
	assertRefused(t, err, "invalid_request_object")
	a.update("app", func(c *client.Client) { c.JWKS = string(as("", "ECDH-ES")) })
	_, err = a.ask(a.object(nil), nil)
	assertRefused(t, err, "invalid_request_object")

	a.fetches.set(keySetOf(t, "k0", newECKey(t).Public()), nil)
	a.update("app", func(c *client.Client) { c.JWKS, c.JWKSURI = "", "https://app.example/jwks" })
	_, err = a.ask(a.object(nil), nil)
	assertRefused(t, err, "invalid_request_object")
	a.fetches.set(keySetOf(t, "k1", a.key.Public()), nil)
	_, err = a.ask(a.object(nil), nil)
	assertRefused(t, err, "invalid_request_object")
	assert.Equal(t, 1, a.fetches.total(), "not again so soon")
	a.advance(time.Minute)
	_, err = a.ask(a.object(map[string]any{"code_challenge": strings.Repeat("a", 43), "code_challenge_method": "S256"}), nil)
	require.NoError(t, err, "a public client may have keys")
	assert.Equal(t, 2, a.fetches.total())
	a.fetches.set(nil, outbound.ErrFetch)
	a.advance(2 * time.Hour)
	_, err = a.ask(a.object(nil), nil)
	assert.Equal(t, refusal.CheckKeySetFetch, assertRefused(t, err, "invalid_request_object").Check)
}

// A client that requires request objects cannot be downgraded, where they are not offered either.
func TestClientThatRequiresRequestObjects(t *testing.T) {
	a := newAsking(t, func(c *client.Client) { c.RequireSignedRequestObject = true })
	_, err := a.ask(a.object(nil), nil)
	require.NoError(t, err)
	_, err = a.provider.CheckForm(t.Context(), a.params(nil))
	assert.Equal(t, refusal.CheckObjectRequired, assertRefused(t, err, "invalid_request").Check)
	off := a.domain
	off.RequestObjects = nil
	protocol, err := oauth.New(oauth.Settings{Issuer: issuer}, off)
	require.NoError(t, err)
	_, err = protocol.CheckForm(t.Context(), a.params(nil))
	assert.Equal(t, refusal.CheckObjectRequired, assertRefused(t, err, "invalid_request").Check)
	_, err = protocol.CheckForm(t.Context(), a.params(url.Values{"request": {a.object(nil)}}))
	assertRefused(t, err, "request_not_supported")
}

// What was read once is kept: a request object that expires during the sign-in does not break it.
func TestWhatWasReadOnceIsKept(t *testing.T) {
	a := newAsking(t, func(c *client.Client) { c.RequireSignedRequestObject = true })
	object := a.object(nil)
	read, r, err := a.provider.Unfold(t.Context(), url.Values{"client_id": {"app"}, "request": {object}, "state": {"outside"}})
	require.NoError(t, err)
	assert.Nil(t, r)
	assert.True(t, read.Signed)
	assert.NotContains(t, read.Form, "request")
	a.advance(10 * time.Minute)
	r, err = a.provider.Check(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, "inside", r.State)
	_, err = a.ask(object, nil)
	assertRefused(t, err, "invalid_request_object")
}

// Where an error about an object goes: nothing in it is trusted.
func TestWhereErrorsAboutRequestObjectsGo(t *testing.T) {
	a := newAsking(t, nil)
	bad := a.object(map[string]any{"exp": 1})
	for name, test := range map[string]struct {
		beside url.Values
		goes   string
	}{
		"registered":      {url.Values{"redirect_uri": {"https://app.example/other"}, "state": {"s"}}, "https://app.example/other"},
		"not registered":  {url.Values{"redirect_uri": {"https://evil.example"}}, ""},
		"twice":           {url.Values{"redirect_uri": {callback, callback}}, ""},
		"none, of two":    {nil, ""},
		"unknown client":  {url.Values{"client_id": {"nobody"}, "redirect_uri": {callback}}, ""},
		"without clients": {url.Values{"client_id": nil, "redirect_uri": {callback}}, ""},
	} {
		r, err := a.ask(bad, test.beside)
		require.Error(t, err, name)
		if test.goes == "" {
			assert.Nil(t, r, name)
			continue
		}
		require.NotNil(t, r, name)
		assert.Equal(t, test.goes, r.RedirectURI, name)
		assert.Equal(t, "s", r.State, name)
	}
	a.update("app", func(c *client.Client) { c.RedirectURIs = []string{callback} })
	r, err := a.ask(bad, nil)
	require.Error(t, err)
	require.NotNil(t, r, "there is only one")
	assert.Equal(t, callback, r.RedirectURI)
	assert.False(t, r.HasState)
}

func TestMetadataOfRequestObjects(t *testing.T) {
	a := newAsking(t, nil)
	m := a.provider.Metadata()
	assert.True(t, m.RequestParameterSupported && m.RequestURIParameterSupported && m.RequireRequestURIRegistration)
	assert.Equal(t, []string{"RSA-OAEP-256", "ECDH-ES"}, m.RequestObjectEncryptionAlgs)
	assert.Equal(t, []string{"A128GCM", "A256GCM"}, m.RequestObjectEncryptionEncs)
	a.offer(a.fetches, oauth.RequestObjectSettings{Issuer: issuer, ByValue: true})
	m = a.provider.Metadata()
	assert.True(t, m.RequestParameterSupported)
	assert.False(t, m.RequestURIParameterSupported || m.RequireRequestURIRegistration)
	assert.Empty(t, m.RequestObjectEncryptionAlgs)
	_, err := a.provider.CheckForm(t.Context(), a.params(url.Values{"request_uri": {objectURI}}))
	assertRefused(t, err, "request_uri_not_supported")
	_, err = a.provider.CheckForm(t.Context(), a.params(url.Values{"request_uri": {objectURI}, "request": {a.object(nil)}}))
	require.Error(t, err, "one of them would be ignored")
	for range 20 {
		_, err = a.provider.CheckForm(t.Context(), a.params(url.Values{"registration": {"{}"}, "request_uri": {objectURI}}))
		assertRefused(t, err, "request_uri_not_supported")
	}
	a.offer(a.fetches, oauth.RequestObjectSettings{Issuer: issuer, ByReference: true})
	_, err = a.provider.CheckForm(t.Context(), a.params(url.Values{"request": {a.object(nil)}}))
	assertRefused(t, err, "request_not_supported")
}

// The keys in a registration are read once, and not for each signature.
func TestRegisteredKeysAreReadOnce(t *testing.T) {
	t.Parallel()
	found, key := oauth.NewClientKeys(nil, time.Now), newECKey(t)
	keysOf := func(text []byte) client.KeySet {
		set, err := found.Keys(t.Context(), &client.Client{ID: "app", JWKS: string(text)}, "k1")
		require.NoError(t, err)
		return set
	}
	first := keysOf(keySetOf(t, "k1", key.Public()))
	assert.Same(t, &first[0], &keysOf(keySetOf(t, "k1", key.Public()))[0])
	assert.True(t, keysOf(keySetOf(t, "k2", key.Public())).Has("k2"), "they are read again when they change")
}
