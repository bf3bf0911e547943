package resource_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

type claims = resourcetest.Claims

func TestJWTAccessTokensAreVerified(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p, err := f.Verify(t.Context(), f.Token(claims{
		"sub": "alice", "client_id": "app", "scope": "invoices:read invoices:write", "roles": []string{"clerk"}, "jti": "t1", "sid": "s1", "grant_id": "g1",
		"acr": "mfa", "amr": []string{"pwd", "otp"}, "auth_time": f.now().Add(-time.Minute).Unix(), "department": "sales",
	}))
	require.NoError(t, err)
	assert.Equal(t, f.URL, p.Issuer)
	assert.Equal(t, "alice", p.Subject)
	assert.Equal(t, "app", p.ClientID)
	assert.Empty(t, p.GrantType)
	assert.Equal(t, []string{"invoices:read", "invoices:write"}, p.Scopes)
	assert.Equal(t, []string{"clerk"}, p.Roles)
	assert.Equal(t, []string{resourcetest.Audience}, p.Audience)
	assert.Equal(t, []string{"t1", "s1", "g1"}, []string{p.TokenID, p.SessionID, p.GrantID})
	assert.Equal(t, "mfa", p.ACR)
	assert.Equal(t, []string{"pwd", "otp"}, p.AMR)
	assert.Equal(t, f.now().Add(-time.Minute).UTC(), p.AuthTime)
	assert.Equal(t, f.now().UTC(), p.IssuedAt)
	assert.Equal(t, f.now().Add(time.Hour).UTC(), p.ExpiresAt)
	assert.False(t, p.Confirmation.Bound())
	assert.True(t, p.Can("invoices:read"))
	assert.False(t, p.Can("invoices"))
	assert.False(t, p.Can(""))
	assert.Equal(t, "sales", p.Claims()["department"])

	p, err = f.Verify(t.Context(), f.Token(claims{"sub": "billing", "client_id": "billing", "aud": []string{"other", resourcetest.Audience}}))
	require.NoError(t, err)
	assert.Equal(t, "client_credentials", p.GrantType)
	assert.Nil(t, p.Scopes)
}

// Each of these differs in one thing from a token that is accepted.
func TestInvalidJWTsAreRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	at := func(d time.Duration) int64 { return f.now().Add(d).Unix() }
	for name, tc := range map[string]struct {
		token string
		want  string
	}{
		"valid":                                 {f.Token(nil), ""},
		"another issuer":                        {f.Token(claims{"iss": "https://evil.example"}), "wrong_issuer"},
		"issuer with a slash":                   {f.Token(claims{"iss": f.URL + "/"}), "wrong_issuer"},
		"no issuer":                             {f.Token(claims{"iss": nil}), "wrong_issuer"},
		"another audience":                      {f.Token(claims{"aud": "https://other.example"}), "wrong_audience"},
		"audience in another case":              {f.Token(claims{"aud": strings.ToUpper(resourcetest.Audience)}), "wrong_audience"},
		"no audience":                           {f.Token(claims{"aud": nil}), "wrong_audience"},
		"empty audience":                        {f.Token(claims{"aud": []string{}}), "wrong_audience"},
		"audience by a name in another case":    {f.Token(claims{"aud": "https://other.example", "AUD": resourcetest.Audience}), "wrong_audience"},
		"expired":                               {f.Token(claims{"exp": at(-31 * time.Second)}), "expired"},
		"expired within the leeway":             {f.Token(claims{"exp": at(-29 * time.Second)}), ""},
		"no expiry":                             {f.Token(claims{"exp": nil}), "bad_claims"},
		"expiry as text":                        {f.Token(claims{"exp": "9999999999"}), "bad_claims"},
		"expiry beyond what can be computed":    {f.Token(claims{"exp": 1e300}), "bad_claims"},
		"negative expiry":                       {f.Token(claims{"exp": -1}), "bad_claims"},
		"not before a later time":               {f.Token(claims{"nbf": at(31 * time.Second)}), "not_yet_valid"},
		"not before within the leeway":          {f.Token(claims{"nbf": at(29 * time.Second)}), ""},
		"issued in the future":                  {f.Token(claims{"iat": at(31 * time.Second)}), "not_yet_valid"},
		"no subject":                            {f.Token(claims{"sub": nil}), "bad_claims"},
		"subject that is no string":             {f.Token(claims{"sub": 7}), "bad_claims"},
		"confirmation that is no object":        {f.Token(claims{"cnf": "x"}), "bad_claims"},
		"foreign types where nothing is needed": {f.Token(claims{"sid": 7, "grant_id": []int{1}, "acr": 1, "roles": 3, "cid": 4}), ""},
		"type JWT":                              {f.Sign(claims{"typ": "JWT"}, nil), "wrong_type"},
		"no type":                               {f.Sign(nil, nil), "wrong_type"},
		"type of an ID token":                   {f.Sign(claims{"typ": "id_token+jwt"}, nil), "wrong_type"},
		"type of a logout token":                {f.Sign(claims{"typ": "logout+jwt"}, nil), "wrong_type"},
		"type as a media type":                  {f.Sign(claims{"typ": "application/at+jwt"}, nil), ""},
		"type in another case":                  {f.Sign(claims{"typ": "AT+JWT"}, nil), ""},
		"critical parameter":                    {f.Sign(claims{"typ": "at+jwt", "crit": []string{"exp"}, "exp": 1}, nil), "critical_header"},
		"critical parameter of go-jose":         {f.Sign(claims{"typ": "at+jwt", "crit": []string{"b64"}, "b64": true}, nil), "critical_header"},
		"no token":                              {"", "malformed_token"},
		"opaque":                                {"opaque", "opaque_token"},
		"encrypted":                             {"eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "opaque_token"},
		"not base64url":                         {"ey!.a.b", "malformed_token"},
		"header that is no JSON":                {base64.RawURLEncoding.EncodeToString([]byte("{")) + ".e30.e30", "malformed_token"},
		"header with a repeated name":           {repeatedHeader(f.Token(nil)), "malformed_token"},
		"without a signature":                   {f.Token(nil)[:strings.LastIndex(f.Token(nil), ".")+1], "bad_signature"},
		"changed signature":                     {changed(f.Token(nil)), "bad_signature"},
		"payload of another token":              {spliced(f.Token(nil), f.Token(claims{"sub": "admin"})), "bad_signature"},
		"too long":                              {f.Token(claims{"padding": strings.Repeat("x", 16<<10)}), "token_too_long"},
	} {
		assert.Equal(t, tc.want, reason(t, f.Verifier, tc.token), name)
		assert.Equal(t, tc.want, reason(t, f.Verifier, tc.token), "again: %s", name)
	}
}

func repeatedHeader(token string) string {
	_, rest, _ := strings.Cut(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","typ":"at+jwt","alg":"none"}`)) + "." + rest
}

func changed(token string) string {
	last := token[len(token)-10]
	replaced := byte('A')
	if last == 'A' {
		replaced = 'B'
	}
	return token[:len(token)-10] + string(replaced) + token[len(token)-9:]
}

func spliced(a, b string) string {
	partsA, partsB := strings.Split(a, "."), strings.Split(b, ".")
	return partsA[0] + "." + partsB[1] + "." + partsA[2]
}

// keyServer is an issuer of any keys and algorithms.
type keyServer struct {
	*resourcetest.Issuer
	url string
}

func newKeyServer(t *testing.T, keys ...any) *keyServer {
	t.Helper()
	s := &keyServer{Issuer: resourcetest.NewIssuer(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document := any(map[string]any{"issuer": s.url, "jwks_uri": s.url + "/jwks"})
		if r.URL.Path == "/jwks" {
			document = map[string]any{"keys": keys}
		}
		_ = json.NewEncoder(w).Encode(document)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *keyServer) sign(t *testing.T, key any, id string, alg jose.SignatureAlgorithm, header claims) string {
	t.Helper()
	all := claims{"typ": "at+jwt"}
	for name, value := range header {
		all[name] = value
	}
	return s.SignWith(jose.JSONWebKey{Key: key, KeyID: id, Algorithm: string(alg)}, all, claims{
		"iss": s.url, "aud": resourcetest.Audience, "sub": "alice", "client_id": "app", "exp": time.Now().Add(time.Hour).Unix(),
	})
}

func (s *keyServer) verifier(t *testing.T, change func(*resource.Options)) *resource.Verifier {
	t.Helper()
	o := resource.Options{Audience: []string{resourcetest.Audience}}
	if change != nil {
		change(&o)
	}
	v, err := resource.New(t.Context(), s.url, o)
	require.NoError(t, err)
	return v
}

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return key
}

func TestEveryAsymmetricAlgorithmIsVerified(t *testing.T) {
	t.Parallel()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	p256, p384, p521, r := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P384()), ecKey(t, elliptic.P521()), rsaKey(t, 2048)
	var published []any
	for id, key := range map[string]any{"p256": p256.Public(), "p384": p384.Public(), "p521": p521.Public(), "rsa": r.Public(), "ed": ed.Public()} {
		published = append(published, jose.JSONWebKey{Key: key, KeyID: id})
	}
	s := newKeyServer(t, published...)
	v, narrow := s.verifier(t, nil), s.verifier(t, func(o *resource.Options) { o.Algorithms = []jose.SignatureAlgorithm{jose.ES384} })
	for alg, key := range map[jose.SignatureAlgorithm]struct {
		id  string
		key any
	}{
		jose.ES256: {"p256", p256}, jose.ES384: {"p384", p384}, jose.ES512: {"p521", p521}, jose.EdDSA: {"ed", ed},
		jose.RS256: {"rsa", r}, jose.RS384: {"rsa", r}, jose.RS512: {"rsa", r}, jose.PS256: {"rsa", r}, jose.PS384: {"rsa", r}, jose.PS512: {"rsa", r},
	} {
		token := s.sign(t, key.key, key.id, alg, nil)
		assert.Empty(t, reason(t, v, token), alg)
		assert.Empty(t, reason(t, v, s.sign(t, key.key, "", alg, nil)), "%s without kid", alg)
		want := "algorithm_not_allowed"
		if alg == jose.ES384 {
			want = ""
		}
		assert.Equal(t, want, reason(t, narrow, token), "%s where ES384 alone is allowed", alg)
	}
}

// CVE-2015-9235 and its kin: the token says how it is to be verified.
func TestTokensCannotChooseAWeakerAlgorithm(t *testing.T) {
	t.Parallel()
	r, p256 := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	s := newKeyServer(t, jose.JSONWebKey{Key: r.Public(), KeyID: "rsa"}, jose.JSONWebKey{Key: p256.Public(), KeyID: "ec"},
		jose.JSONWebKey{Key: p256.Public(), KeyID: "ec-for-another", Algorithm: "ES384"}, jose.JSONWebKey{Key: r.Public(), KeyID: "rsa-pss", Algorithm: "PS256"})
	v := s.verifier(t, nil)
	payload := strings.Split(s.sign(t, r, "rsa", jose.RS256, nil), ".")[1]
	encode := base64.RawURLEncoding.EncodeToString

	for _, none := range []string{"none", "None", "NONE", "nOnE", ""} {
		for _, id := range []string{"rsa", ""} {
			header := encode([]byte(`{"alg":"` + none + `","typ":"at+jwt","kid":"` + id + `"}`))
			assert.Equal(t, "algorithm_not_allowed", reason(t, v, header+"."+payload+"."), "alg %q", none)
		}
	}
	for id, public := range map[string]any{"rsa": r.Public(), "ec": p256.Public()} {
		der, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		jwk, err := json.Marshal(jose.JSONWebKey{Key: public, KeyID: id})
		require.NoError(t, err)
		for _, secret := range [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), jwk} {
			for _, alg := range []string{"HS256", "HS384", "HS512"} {
				input := encode([]byte(`{"alg":"`+alg+`","typ":"at+jwt","kid":"`+id+`"}`)) + "." + payload
				mac := hmac.New(sha256.New, secret)
				mac.Write([]byte(input))
				assert.Equal(t, "algorithm_not_allowed", reason(t, v, input+"."+encode(mac.Sum(nil))), "%s with the public key %s", alg, id)
			}
		}
	}
	assert.Equal(t, "algorithm_not_allowed", reason(t, v, s.sign(t, p256, "rsa", jose.ES256, nil)), "the kid of an RSA key")
	assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, p256, "ec-for-another", jose.ES256, nil)), "a key that says an algorithm that it cannot have")
	assert.Equal(t, "algorithm_not_allowed", reason(t, v, s.sign(t, r, "rsa-pss", jose.RS256, nil)), "PKCS #1 with a key for PSS")
	assert.Empty(t, reason(t, v, s.sign(t, r, "rsa-pss", jose.PS256, nil)))
}

// A key in the token, or an address of one, proves that its sender has a key and nothing else.
func TestKeysInTokensAreIgnored(t *testing.T) {
	t.Parallel()
	own, attacker := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256())
	fetched := make(chan string, 10)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched <- r.URL.Path
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: attacker.Public(), KeyID: "own"}}})
	}))
	defer evil.Close()
	s := newKeyServer(t, jose.JSONWebKey{Key: own.Public(), KeyID: "own"})
	v := s.verifier(t, nil)
	jwk := jose.JSONWebKey{Key: attacker.Public(), KeyID: "own"}
	for name, header := range map[string]claims{
		"jwk": {"jwk": jwk}, "jku": {"jku": evil.URL + "/jwks"}, "x5u": {"x5u": evil.URL + "/certificate"}, "x5t": {"x5t": "abc"}, "nothing": nil,
	} {
		assert.Equal(t, "bad_signature", reason(t, v, s.sign(t, attacker, "own", jose.ES256, header)), name)
		assert.Equal(t, "bad_signature", reason(t, v, s.sign(t, attacker, "", jose.ES256, header)), "%s without kid", name)
		assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, attacker, "other", jose.ES256, header)), "%s with another kid", name)
	}
	for _, id := range []string{"../../own", "own' OR '1'='1", "/dev/null", "own\x00"} {
		assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, attacker, id, jose.ES256, nil)), id)
	}
	assert.Empty(t, fetched)
	assert.Empty(t, reason(t, v, s.sign(t, own, "own", jose.ES256, claims{"jwk": jwk, "jku": evil.URL})), "what is ignored does not hurt")
}

func TestUnfitKeysAreNotUsed(t *testing.T) {
	t.Parallel()
	good, forEncryption, forSigning, short := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256()), rsaKey(t, 1024)
	s := newKeyServer(t,
		claims{"kty": "QUANTUM", "kid": "unknown"}, claims{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "curve"}, "text", 7,
		claims{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared"},
		published(t, forEncryption.Public(), "enc", claims{"use": "enc"}), published(t, forSigning.Public(), "ops", claims{"key_ops": []string{"sign"}}), published(t, short.Public(), "short", nil),
		published(t, good.Public(), "good", claims{"use": "sig", "key_ops": []string{"verify"}, "alg": "ES256"}),
	)
	v := s.verifier(t, nil)
	assert.Empty(t, reason(t, v, s.sign(t, good, "good", jose.ES256, nil)), "hidden by keys that are not understood")
	assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, forEncryption, "enc", jose.ES256, nil)))
	assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, forSigning, "ops", jose.ES256, nil)))
	assert.Equal(t, "unknown_key", reason(t, v, s.sign(t, short, "short", jose.RS256, nil)))
	assert.Equal(t, 1, v.Stats().Keys)
}

func TestTokensOfProvidersBeforeRFC9068(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) { o.AcceptJWTType = true })
	access := claims{"client_id": "app", "scope": "invoices:read"}
	for name, tc := range map[string]struct {
		header, claims claims
		want           string
	}{
		"at+jwt":                   {claims{"typ": "at+jwt"}, nil, ""},
		"JWT":                      {claims{"typ": "JWT"}, access, ""},
		"no type":                  {nil, access, ""},
		"Keycloak access token":    {claims{"typ": "JWT"}, claims{"client_id": nil, "typ": "Bearer", "azp": "app", "scope": "openid"}, ""},
		"Keycloak with a nonce":    {claims{"typ": "JWT"}, claims{"client_id": nil, "typ": "Bearer", "azp": "app", "scope": "openid", "nonce": "n"}, ""},
		"Keycloak ID, a nonce":     {claims{"typ": "JWT"}, claims{"client_id": "app", "typ": "ID", "azp": "app", "scope": "openid", "nonce": "n"}, "not_an_access_token"},
		"kinds that differ":        {claims{"typ": "JWT"}, claims{"client_id": "app", "typ": "Bearer", "token_use": "id", "nonce": "n"}, "not_an_access_token"},
		"a hash outweighs a kind":  {claims{"typ": "JWT"}, claims{"client_id": "app", "typ": "Bearer", "at_hash": "h"}, "not_an_access_token"},
		"logout outweighs a kind":  {claims{"typ": "JWT"}, claims{"client_id": "app", "typ": "Bearer", "events": claims{}}, "not_an_access_token"},
		"Keycloak ID token":        {claims{"typ": "JWT"}, claims{"typ": "ID", "azp": "app"}, "not_an_access_token"},
		"Keycloak refresh token":   {claims{"typ": "JWT"}, claims{"typ": "Refresh", "azp": "app", "scope": "openid"}, "not_an_access_token"},
		"Cognito access token":     {nil, claims{"token_use": "access"}, ""},
		"Cognito ID token":         {nil, claims{"token_use": "id"}, "not_an_access_token"},
		"Entra ID, delegated":      {claims{"typ": "JWT"}, claims{"client_id": nil, "azp": "app", "scp": "Invoices.Read"}, ""},
		"Okta":                     {nil, claims{"client_id": nil, "cid": "app", "scp": []string{"invoices:read"}}, ""},
		"ID token with a nonce":    {claims{"typ": "JWT"}, claims{"nonce": "n"}, "not_an_access_token"},
		"ID token with at_hash":    {claims{"typ": "JWT"}, claims{"at_hash": "h"}, "not_an_access_token"},
		"ID token with c_hash":     {claims{"typ": "JWT"}, claims{"c_hash": "h"}, "not_an_access_token"},
		"ID token without either":  {claims{"typ": "JWT"}, claims{"client_id": nil, "azp": "app", "auth_time": 1}, "not_an_access_token"},
		"logout token":             {claims{"typ": "JWT"}, claims{"events": claims{"http://schemas.openid.net/event/backchannel-logout": claims{}}}, "not_an_access_token"},
		"logout token by its type": {claims{"typ": "logout+jwt"}, access, "wrong_type"},
		"client assertion, typed":  {claims{"typ": "client-authentication+jwt"}, access, "wrong_type"},
	} {
		assert.Equal(t, tc.want, reason(t, f.Verifier, f.Sign(tc.header, tc.claims)), name)
	}
	p, err := f.Verify(t.Context(), f.Sign(nil, claims{"client_id": nil, "azp": "app", "scp": "a b"}))
	require.NoError(t, err)
	assert.Equal(t, "app", p.ClientID)
	assert.Equal(t, []string{"a", "b"}, p.Scopes)
}
