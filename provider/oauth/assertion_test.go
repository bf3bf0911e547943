package oauth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// asserting is a client that signs its assertions.
type asserting struct {
	*fixture

	key crypto.Signer
	jti atomic.Int64
}

func newAsserting(t *testing.T, change func(c *client.Client)) *asserting {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &asserting{fixture: newFixture(t), key: key}
	c := client.Client{ID: "signer", GrantTypes: cc, AuthMethod: client.PrivateKeyJWT, JWKS: string(keySetOf(t, "k1", key.Public()))}
	if change != nil {
		change(&c)
	}
	assert.Empty(t, a.client(c), "such a client has no secret")
	return a
}

func keySetOf(t *testing.T, kid string, keys ...crypto.PublicKey) []byte {
	t.Helper()
	set := jose.JSONWebKeySet{}
	for _, key := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key, KeyID: kid})
	}
	text, err := json.Marshal(set)
	require.NoError(t, err)
	return text
}

// claims are those of a good assertion, made now.
func (a *asserting) claims() map[string]any {
	now := a.now.Load().Unix()
	return map[string]any{"iss": "signer", "sub": "signer", "aud": issuer, "jti": "j" + time.Unix(a.jti.Add(1), 0).String(), "iat": now, "exp": now + 60}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, header map[jose.HeaderKey]any, claims any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	require.NoError(t, err)
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	jws, err := signer.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return text
}

func (a *asserting) send(text string) error {
	_, err := a.provider.Token(a.t.Context(), assertionRequest(text))
	return err
}

func assertionRequest(text string) *oauth.Call {
	return request(url.Values{
		"grant_type": {"client_credentials"}, "client_assertion": {text},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	})
}

func TestAssertionsOfEveryAlgorithm(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	a := newAsserting(t, nil)
	a.update("signer", func(c *client.Client) {
		c.JWKS = string(keySetOf(t, "", rsaKey.Public(), edKey.Public(), a.key.Public())) // no kid, no use: all optional
	})
	for alg, key := range map[jose.SignatureAlgorithm]any{jose.RS256: rsaKey, jose.PS256: rsaKey, jose.EdDSA: edKey, jose.ES256: a.key} {
		require.NoError(t, a.send(sign(t, alg, key, nil, a.claims())), alg)
	}
	claims := a.claims()
	claims["aud"] = issuer + "/oauth/token" // OpenID Connect Core section 9
	require.NoError(t, a.send(sign(t, jose.ES256, a.key, nil, claims)))
	claims = a.claims()
	claims["aud"] = []string{issuer} // as several libraries write one audience
	require.NoError(t, a.send(sign(t, jose.ES256, a.key, nil, claims)))

	a.update("signer", func(c *client.Client) { c.AuthSigningAlg = "PS256" })
	assertRefused(t, a.send(sign(t, jose.RS256, rsaKey, nil, a.claims())), "invalid_client")
	require.NoError(t, a.send(sign(t, jose.PS256, rsaKey, nil, a.claims())))
}

// fosite responds with 500 to an expired assertion, accepts one whose exp is a year ahead or whose
// audience names another server too, and refuses the issuer as audience. Each wrong claim is
// refused, with its check (RFC 7523 section 3).
func TestInvalidAssertionsAreRefused(t *testing.T) {
	a := newAsserting(t, nil)
	now := a.now.Load().Unix()
	for name, test := range map[string]struct {
		check  string
		change func(c map[string]any)
	}{
		"expired":           {"client_assertion_time", func(c map[string]any) { c["exp"] = now }},
		"no exp":            {"client_assertion_time", func(c map[string]any) { delete(c, "exp") }},
		"lives too long":    {"client_assertion_time", func(c map[string]any) { c["exp"] = now + 361 }}, // five minutes, and one for clocks
		"lives for an hour": {"client_assertion_time", func(c map[string]any) { c["exp"] = now + 3600 }},
		"from the future":   {"client_assertion_time", func(c map[string]any) { c["iat"] = now + 61 }},
		"not yet":           {"client_assertion_time", func(c map[string]any) { c["nbf"] = now + 61 }},
		"wrong audience":    {"client_assertion_claims", func(c map[string]any) { c["aud"] = "https://other.example" }},
		"two audiences":     {"client_assertion_claims", func(c map[string]any) { c["aud"] = []string{issuer, "https://other.example"} }},
		"no audience":       {"client_assertion_claims", func(c map[string]any) { delete(c, "aud") }},
		"empty audience":    {"client_assertion_claims", func(c map[string]any) { c["aud"] = "" }},
		"another issuer":    {"client_assertion_claims", func(c map[string]any) { c["iss"] = "other" }},
		"no jti":            {"client_assertion_claims", func(c map[string]any) { delete(c, "jti") }},
		"huge jti":          {"client_assertion_claims", func(c map[string]any) { c["jti"] = strings.Repeat("j", 300) }},
		"no sub":            {"client_assertion_claims", func(c map[string]any) { delete(c, "sub") }},
		"unknown client":    {"unknown_client", func(c map[string]any) { c["sub"] = "nobody" }},
		"exp is a text":     {"client_assertion", func(c map[string]any) { c["exp"] = "soon" }},
	} {
		claims := a.claims()
		test.change(claims)
		r := assertRefused(t, a.send(sign(t, jose.ES256, a.key, nil, claims)), "invalid_client")
		assert.Equal(t, test.check, string(r.Check), name)
		assert.Equal(t, 401, r.HTTPStatus(), name)
	}
	for name, change := range map[string]func(c map[string]any){
		"a clock 60 s ahead": func(c map[string]any) { c["iat"], c["nbf"] = now+60, now+60 },
		"fractions":          func(c map[string]any) { c["exp"] = float64(now) + 60.5 },
		"five minutes":       func(c map[string]any) { c["exp"] = now + 300 },
		"no iat":             func(c map[string]any) { delete(c, "iat") },
	} {
		claims := a.claims()
		change(claims)
		assert.NoError(t, a.send(sign(t, jose.ES256, a.key, nil, claims)), name)
	}
}

// RFC 8725 sections 2 and 3: the algorithm none, HS256 with the public key, a key in the header,
// another key.
func TestAssertionsThatAreForged(t *testing.T) {
	a := newAsserting(t, nil)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	good := sign(t, jose.ES256, a.key, nil, a.claims())
	parts := strings.Split(good, ".")
	none := "eyJhbGciOiJub25lIn0." + parts[1] + "."
	for name, text := range map[string]string{
		"none":                      none,
		"HS256 with a public key":   sign(t, jose.HS256, keySetOf(t, "k1", a.key.Public()), nil, a.claims()),
		"another key":               sign(t, jose.ES256, other, nil, a.claims()),
		"another key, this kid":     sign(t, jose.ES256, other, map[jose.HeaderKey]any{"kid": "k1"}, a.claims()),
		"a kid that is not there":   sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"kid": "../../dev/null' OR 1=1"}, a.claims()),
		"a key in the header":       sign(t, jose.ES256, other, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: other.Public()}}, a.claims()),
		"its own key in the header": sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: a.key.Public()}}, a.claims()),
		"a URL of keys":             sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"jku": "https://signer.example.com/jwks"}, a.claims()),
		"a URL of a certificate":    sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"x5u": "https://signer.example.com/cert"}, a.claims()),
		"a certificate":             sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"x5c": []string{"AA=="}}, a.claims()),
		"a null for a key":          sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"jku": nil}, a.claims()),
		"an unknown critical":       sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}, a.claims()),
		"a request object":          sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"typ": "oauth-authz-req+jwt"}, a.claims()),
		"an access token":           sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"typ": "application/at+jwt"}, a.claims()),
		"cut":                       good[:len(good)-2],
		"of other claims":           parts[0] + "." + strings.Split(sign(t, jose.ES256, other, nil, a.claims()), ".")[1] + "." + parts[2],
		"five parts":                good + "..",
		"many dots":                 strings.Repeat(".", 5000),
		"longer than is parsed":     good + strings.Repeat("A", 9000),
	} {
		assert.Error(t, a.send(text), name)
		assertRefused(t, a.send(text), "invalid_client")
	}
	require.NoError(t, a.send(good))
	for _, typ := range []string{"JWT", "client-authentication+jwt", "application/Client-Authentication+jwt"} {
		require.NoError(t, a.send(sign(t, jose.ES256, a.key, map[jose.HeaderKey]any{"typ": typ}, a.claims())), typ)
	}

	// A valid signature, but too long or too deeply nested: it is refused before it is parsed.
	padded := func(size int) string {
		claims := a.claims()
		claims["pad"] = strings.Repeat("x", size)
		return sign(t, jose.ES256, a.key, nil, claims)
	}
	require.NoError(t, a.send(padded(5000)))
	for levels, refused := range map[int]bool{31: false, 32: true} { // the claims themselves are a level
		claims := a.claims()
		claims["x"] = json.RawMessage(strings.Repeat("[", levels) + strings.Repeat("]", levels))
		err := a.send(sign(t, jose.ES256, a.key, nil, claims))
		assert.Equal(t, refused, err != nil, levels)
	}
	assert.Equal(t, "client_assertion", string(assertRefused(t, a.send(padded(8000)), "invalid_client").Check))
	for name, change := range map[string]func(form url.Values){
		"another type": func(f url.Values) { f.Set("client_assertion_type", "jwt") },
		"no type":      func(f url.Values) { f.Del("client_assertion_type") },
		"another id":   func(f url.Values) { f.Set("client_id", "other") },
		"a secret too": func(f url.Values) { f.Set("client_secret", "x") },
		"only a secret": func(f url.Values) {
			f.Del("client_assertion")
			f.Set("client_id", "signer")
			f.Set("client_secret", "x")
		},
	} {
		r := assertionRequest(sign(t, jose.ES256, a.key, nil, a.claims()))
		change(r.Form)
		_, err := a.provider.Token(t.Context(), r)
		assertRefused(t, err, "")
		_ = name
	}
}

// draft-ietf-oauth-rfc7523bis section 4: a malicious server that names this token endpoint could
// obtain an assertion that is valid here. A client whose library names the issuer can be registered
// to accept that audience alone.
func TestAClientMayInsistOnTheIssuerAsAudience(t *testing.T) {
	a := newAsserting(t, nil)
	audience := func(of string) error {
		claims := a.claims()
		claims["aud"] = of
		return a.send(sign(t, jose.ES256, a.key, nil, claims))
	}
	require.NoError(t, audience(issuer+"/oauth/token"))
	a.update("signer", func(c *client.Client) { c.AssertionIssuerOnly = true })
	assert.Equal(t, "client_assertion_claims", string(assertRefused(t, audience(issuer+"/oauth/token"), "invalid_client").Check))
	require.NoError(t, audience(issuer))
}

// fosite CVE-2020-15222: of 20 concurrent uses of one assertion a single one succeeds.
func TestAssertionsAreGoodOnce(t *testing.T) {
	a := newAsserting(t, nil)
	text := sign(t, jose.ES256, a.key, nil, a.claims())
	var good atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := a.send(text); err == nil {
				good.Add(1)
			} else {
				assertRefused(t, err, "invalid_client")
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, good.Load())

	// A jti is one client's: another may use the same.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a.client(client.Client{ID: "second", GrantTypes: cc, AuthMethod: client.PrivateKeyJWT, JWKS: string(keySetOf(t, "", key.Public()))})
	claims := a.claims()
	claims["jti"] = "same"
	require.NoError(t, a.send(sign(t, jose.ES256, a.key, nil, claims)))
	claims["iss"], claims["sub"] = "second", "second"
	assert.NoError(t, a.send(sign(t, jose.ES256, key, nil, claims)))
}

// A client rotates its keys at its jwks_uri. fosite fetches that again for each unknown kid, which
// an attacker can send without limit.
func TestKeySetFetchesAreLimited(t *testing.T) {
	a := newAsserting(t, func(c *client.Client) { c.JWKS, c.JWKSURI = "", "https://app.example.com/jwks" })
	named := func(kid string, key crypto.Signer) string {
		return sign(t, jose.ES256, key, map[jose.HeaderKey]any{"kid": kid}, a.claims())
	}
	a.fetches.set(nil, fmt.Errorf("away: %w", context.DeadlineExceeded))
	assertRefused(t, a.send(named("k1", a.key)), "invalid_client")
	a.fetches.set(keySetOf(t, "k1", a.key.Public()), nil)
	assertRefused(t, a.send(named("k1", a.key)), "invalid_client") // it failed a moment ago
	assert.Equal(t, 1, a.fetches.total())
	a.advance(time.Minute)
	for range 5 {
		require.NoError(t, a.send(named("k1", a.key)))
	}
	assert.Equal(t, 2, a.fetches.total())

	next, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a.fetches.set(keySetOf(t, "k2", next.Public()), nil)
	a.advance(time.Minute)
	require.NoError(t, a.send(named("k2", next)), "an unknown kid is looked up")
	for range 50 {
		assertRefused(t, a.send(named("nonsense", next)), "invalid_client")
	}
	assert.Equal(t, 3, a.fetches.total())
	assertRefused(t, a.send(named("k1", a.key)), "invalid_client")

	// While the client's server cannot be reached, the fetched keys are used for a while.
	a.fetches.set(nil, fmt.Errorf("away: %w", context.DeadlineExceeded))
	a.advance(30 * time.Minute)
	require.NoError(t, a.send(named("k2", next)))
	a.advance(30 * time.Minute)
	late := a.send(named("k2", next))
	assertRefused(t, late, "invalid_client")
	assert.NotErrorIs(t, late, context.DeadlineExceeded, "a client's slow server is no fault of this one")
	for _, garbage := range []string{"", "{}", `{"keys":[]}`, "<html>", `{"keys":[{"kty":"oct","k":"AAAA"}]}`, strings.TrimSuffix(string(keySetOf(t, "k2", next.Public())), "}") + `,"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}"} {
		a.fetches.set([]byte(garbage), nil)
		a.advance(time.Hour)
		assertRefused(t, a.send(named("k2", next)), "invalid_client")
	}
}

// client_secret_jwt: the secret is the key. It is kept sealed, and only for such clients.
func TestClientSecretJWT(t *testing.T) {
	a := newAsserting(t, nil)
	secret := a.client(client.Client{ID: "shared", GrantTypes: cc, AuthMethod: client.SecretJWT})
	claims := func() map[string]any {
		c := a.claims()
		c["iss"], c["sub"] = "shared", "shared"
		return c
	}
	require.NoError(t, a.send(sign(t, jose.HS256, []byte(secret), nil, claims())))
	assertRefused(t, a.send(sign(t, jose.HS256, []byte(strings.Repeat("x", 64)), nil, claims())), "invalid_client")
	assertRefused(t, a.send(sign(t, jose.HS512, []byte(secret), nil, claims())), "invalid_client")
	_, err := a.provider.Token(t.Context(), basic("shared", secret, url.Values{"grant_type": {"client_credentials"}}))
	assertRefused(t, err, "invalid_client")

	_, next, err := a.registry.RotateSecret(t.Context(), audittest.Operator(), "shared", "", client.Terms{Overlap: time.Hour})
	require.NoError(t, err)
	require.NoError(t, a.directory.Flush(t.Context()))
	for _, key := range []string{secret, next} {
		require.NoError(t, a.send(sign(t, jose.HS256, []byte(key), nil, claims())), "several at once")
	}
	a.advance(time.Hour)
	assertRefused(t, a.send(sign(t, jose.HS256, []byte(secret), nil, claims())), "invalid_client")
}

// A client's clock may be off by up to a minute. Beyond that the assertion is refused, by a 401 and
// not by the 500 of fosite.
func TestAssertionsOfClientsWhoseClocksAreOff(t *testing.T) {
	a := newAsserting(t, nil)
	for off, accepted := range map[int64]bool{-90: false, -59: true, -30: true, -10: true, 0: true, 10: true, 30: true, 60: true, 61: false, 90: false} {
		claims := a.claims() // good for a minute by the client's clock
		now := a.now.Load().Unix() + off
		claims["iat"], claims["nbf"], claims["exp"] = now, now, now+60
		err := a.send(sign(t, jose.ES256, a.key, nil, claims))
		if accepted {
			assert.NoError(t, err, off)
		} else {
			assert.Equal(t, "client_assertion_time", string(assertRefused(t, err, "invalid_client").Check), off)
		}
	}
}

// ed25519Text is a JWS by the name of RFC 9864, as openid-client sends it.
func ed25519Text(t *testing.T, key ed25519.PrivateKey, claims any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	input := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"Ed25519"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(input)))
}

func TestEd25519ByItsNewName(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, other, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	a := newAsserting(t, nil)
	for _, alg := range []string{"", "EdDSA", "Ed25519"} {
		set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), Algorithm: alg}, {Key: a.key.Public()}}})
		require.NoError(t, err)
		a.update("signer", func(c *client.Client) { c.JWKS, c.AuthSigningAlg = string(set), "EdDSA" })
		require.NoError(t, a.send(ed25519Text(t, key, a.claims())), alg)
		assertRefused(t, a.send(ed25519Text(t, other, a.claims())), "invalid_client")
	}
	good := ed25519Text(t, key, a.claims())
	assertRefused(t, a.send(good[:len(good)-4]+"AAAA"), "invalid_client")
	assertRefused(t, a.send(good[:strings.LastIndex(good, ".")+1]), "invalid_client")
	a.update("signer", func(c *client.Client) { c.AuthSigningAlg = "ES256" })
	assertRefused(t, a.send(ed25519Text(t, key, a.claims())), "invalid_client")
}
