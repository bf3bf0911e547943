package registration_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func signed(t *testing.T, key *ecdsa.PrivateKey, claims map[string]any, headers map[jose.HeaderKey]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "a"}}, &jose.SignerOptions{ExtraHeaders: headers})
	require.NoError(t, err)
	text, err := json.Marshal(claims)
	require.NoError(t, err)
	jws, err := signer.Sign(text)
	require.NoError(t, err)
	compact, err := jws.CompactSerialize()
	require.NoError(t, err)
	return compact
}

func TestSoftwareStatements(t *testing.T) {
	f := newFixture(t)
	key, other := newKey(t), newKey(t)
	const directory = "https://directory.example"
	now := f.now.Load().Unix()
	claims := func(more map[string]any) map[string]any {
		all := map[string]any{"iss": directory, "client_name": "Certified notes", "redirect_uris": []string{"https://certified.example/cb"}, "software_id": "notes", "scope": "openid", "first_party": true, "trust": "verified", "iat": now, "exp": now + 3600}
		maps.Copy(all, more)
		return all
	}
	register := func(statement any, more map[string]any) (*registration.Information, error) {
		asked := map[string]any{"software_statement": statement, "client_name": "Bank", "redirect_uris": []string{"https://evil.example/cb"}}
		maps.Copy(asked, more)
		return f.registry().Register(t.Context(), registration.Request{Body: body(asked)})
	}
	good := signed(t, key, claims(nil), nil)
	_, err := register(good, nil)
	assert.Equal(t, refusal.UnapprovedSoftwareStatement, f.refused(err).Code, "without a trusted issuer it is refused, and not ignored")

	f.settings.Issuers = []registration.StatementIssuer{{Issuer: directory, JWKSURI: directory + "/jwks"}}
	_, err = register(good, nil)
	assert.Equal(t, refusal.InvalidSoftwareStatement, f.refused(err).Code, "its keys cannot be read")
	f.keys[directory+"/jwks"] = client.KeySet{{Key: &key.PublicKey, KeyID: "a"}}
	made, err := register(good, map[string]any{"scope": "openid email", "software_version": "2"})
	require.NoError(t, err)
	c := made.Client
	assert.Equal(t, "Certified notes", c.Name, "RFC 7591 section 2.3: the statement takes precedence")
	assert.Equal(t, []string{"https://certified.example/cb"}, c.RedirectURIs)
	assert.Equal(t, []string{"openid"}, c.Scopes)
	assert.Equal(t, "notes", c.SoftwareID)
	assert.Equal(t, "2", c.SoftwareVersion)
	assert.False(t, c.FirstParty)
	assert.Equal(t, client.Verified, c.Trust, "who signed the name and where responses go is trusted")
	assert.Equal(t, good, properties(t, made)["software_statement"])

	partial, err := register(signed(t, key, map[string]any{"iss": directory, "software_id": "notes", "iat": now}, nil), map[string]any{"client_name": "Bank"})
	require.NoError(t, err)
	assert.Equal(t, client.Unverified, partial.Client.Trust, "it vouches for no name")

	for name, value := range map[string]any{"logo_uri": "https://evil.example/bank.png", "client_uri": "https://evil.example", "post_logout_redirect_uris": []string{"https://evil.example/bye"}} {
		beside, err := register(good, map[string]any{name: value})
		require.NoError(t, err)
		assert.Equal(t, client.Unverified, beside.Client.Trust, "it does not vouch for what is asked beside it: "+name)
	}

	parts := strings.Split(good, ".")
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + directory + `"}`))
	hs, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: make([]byte, 32)}, nil)
	require.NoError(t, err)
	byHS, err := hs.Sign([]byte(`{"iss":"` + directory + `"}`))
	require.NoError(t, err)
	shared, err := byHS.CompactSerialize()
	require.NoError(t, err)
	for name, statement := range map[string]any{
		"another key":          signed(t, other, claims(nil), nil),
		"another payload":      parts[0] + "." + payload + "." + parts[2],
		"no signature":         parts[0] + "." + parts[1] + ".",
		"alg none":             base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"a shared key":         shared,
		"its own key":          signed(t, other, claims(nil), map[jose.HeaderKey]any{"jwk": map[string]any{"kty": "EC"}}),
		"its own URL":          signed(t, other, claims(nil), map[jose.HeaderKey]any{"jku": "https://evil.example/jwks"}),
		"of another kind":      signed(t, key, claims(nil), map[jose.HeaderKey]any{"typ": "oauth-authz-req+jwt"}),
		"good for ever":        signed(t, key, map[string]any{"iss": directory, "software_id": "notes"}, nil),
		"without an age":       signed(t, key, map[string]any{"iss": directory, "software_id": "notes", "iat": nil}, nil),
		"a day old":            signed(t, key, map[string]any{"iss": directory, "software_id": "notes", "iat": now - 24*3600}, nil),
		"expired":              signed(t, key, claims(map[string]any{"exp": now - 1}), nil),
		"not yet":              signed(t, key, claims(map[string]any{"nbf": now + 3600}), nil),
		"from the future":      signed(t, key, claims(map[string]any{"iat": now + 3600}), nil),
		"a time without sense": signed(t, key, claims(map[string]any{"exp": "never"}), nil),
		"for another server":   signed(t, key, claims(map[string]any{"aud": "https://other.example"}), nil),
		"no JWT":               "x.y.z", "nothing": "", "no text": 7, "long": strings.Repeat("a", 20_000) + ".b.c",
		"nested": base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("[", 5000))) + ".e30.x",
	} {
		_, err := register(statement, nil)
		require.Error(t, err, name)
		assert.Equal(t, refusal.InvalidSoftwareStatement, f.refused(err).Code, name)
	}
	for name, iss := range map[string]any{"another issuer": "https://evil.example", "none": nil, "a list": []string{directory}} {
		_, err := register(signed(t, key, claims(map[string]any{"iss": iss}), nil), nil)
		assert.Equal(t, refusal.UnapprovedSoftwareStatement, f.refused(err).Code, name)
	}
	_, err = register(signed(t, key, claims(map[string]any{"aud": []string{"https://x.example", issuer}, "exp": now + 60}), nil), nil)
	require.NoError(t, err)
	_, err = register(signed(t, key, claims(map[string]any{"redirect_uris": []string{"http://certified.example/"}}), nil), nil)
	assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code, "its values are checked like others")

	// An update without the statement can leave what it said, and is not trusted any more.
	updated, err := f.update(made, made.Token, map[string]any{"software_statement": nil, "client_name": "Bank"})
	require.NoError(t, err)
	assert.Equal(t, client.Unverified, updated.Client.Trust)
	again, err := f.update(made, updated.Token, map[string]any{"software_statement": good, "client_name": "Bank"})
	require.NoError(t, err)
	assert.Equal(t, "Certified notes", again.Client.Name)
	assert.Equal(t, client.Unverified, again.Client.Trust, "who lost the trust does not get it back by an update")
}
