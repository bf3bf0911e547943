package oauth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
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

// recipients are the private keys of a client, made once for all tests.
var recipients = sync.OnceValue(func() map[string]any {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return map[string]any{"RSA-OAEP-256": r, "ECDH-ES": e, "ECDH-ES+A128KW": e, "ECDH-ES+A256KW": e}
})

func published(alg, kid, use string) jose.JSONWebKey {
	key := jose.JSONWebKey{Key: recipients()[alg], KeyID: kid, Use: use}
	return key.Public()
}

// keySet is what a client publishes.
func keySet(t *testing.T, change func(k *jose.JSONWebKey)) []byte {
	t.Helper()
	var set jose.JSONWebKeySet
	for _, alg := range []string{"RSA-OAEP-256", "ECDH-ES"} {
		key := published(alg, "kid of "+alg, "enc")
		if change != nil {
			change(&key)
		}
		set.Keys = append(set.Keys, key)
	}
	text, err := json.Marshal(set)
	require.NoError(t, err)
	return text
}

// decrypted is what is in a JWE, whose header must be as the client is registered.
func decrypted(t *testing.T, text any, alg, enc, contentType string) string {
	t.Helper()
	jwe, err := jose.ParseEncryptedCompact(text.(string), []jose.KeyAlgorithm{jose.KeyAlgorithm(alg)}, []jose.ContentEncryption{jose.ContentEncryption(enc)})
	require.NoError(t, err, alg+" "+enc)
	assert.Equal(t, "kid of "+strings.TrimSuffix(strings.TrimSuffix(alg, "+A128KW"), "+A256KW"), jwe.Header.KeyID)
	cty, _ := jwe.Header.ExtraHeaders["cty"].(string)
	assert.Equal(t, contentType, cty)
	plain, err := jwe.Decrypt(recipients()[alg])
	require.NoError(t, err)
	return string(plain)
}

func (r *refreshing) userInfo(token any) (oauth.UserInfoResponse, error) {
	call := request(url.Values{})
	call.Authorization = []string{"Bearer " + token.(string)}
	return r.provider.UserInfo(r.t.Context(), call)
}

// change registers something else.
func (r *refreshing) change(change func(c *client.Client)) {
	r.t.Helper()
	_, err := r.registry.Update(r.t.Context(), audittest.Operator(), "app", func(c *client.Client) error { change(c); return nil })
	require.NoError(r.t, err)
	r.directory.Forget("app")
}

// Every algorithm and every encryption, of ID tokens and of UserInfo: signed first, then encrypted (OpenID Connect
// Core sections 2 and 5.3.2).
func TestAnswersAreEncryptedAsRegistered(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "ECDH-ES", string(keySet(t, nil)) })
	enc := append([]string{""}, client.ContentEncryptions()...)
	for i, alg := range client.EncryptionAlgorithms() {
		for n := range 2 {
			enc, used := enc[(2*i+n)%len(enc)], enc[(2*i+n)%len(enc)]
			if used == "" {
				used = client.DefaultEncryption
			}
			r.change(func(c *client.Client) {
				c.IDTokenEncryptionAlg, c.IDTokenEncryptionEnc = alg, enc
				c.UserInfoEncryptionAlg, c.UserInfoEncryptionEnc, c.UserInfoSigningAlg = alg, enc, "EdDSA"
			})
			tokens := r.signIn("openid profile", url.Values{"nonce": {"n"}})
			again, err := r.refresh(tokens["refresh_token"], nil)
			require.NoError(t, err)
			for _, text := range []any{tokens["id_token"], again["id_token"]} {
				idToken := decrypted(t, text, alg, used, "JWT")
				assert.Equal(t, r.user.Subject, claimsOf(t, idToken)["sub"])
				hint, err := r.idTokens.Hint(t.Context(), idToken)
				require.NoError(t, err, "what was in it is a hint")
				assert.True(t, hint.Means(r.user))
				_, err = r.idTokens.Hint(t.Context(), text.(string))
				require.Error(t, err, "what is encrypted to the client cannot be read here")
				_, err = r.provider.CheckForm(t.Context(), r.params(url.Values{"id_token_hint": {text.(string)}}))
				assertRefused(t, err, "invalid_request")
			}
			response, err := r.userInfo(tokens["access_token"])
			require.NoError(t, err)
			claims := claimsOf(t, decrypted(t, response.JWT, alg, used, "JWT"))
			assert.Equal(t, map[string]any{"iss": issuer, "aud": "app", "sub": r.user.Subject, "preferred_username": "alice", "updated_at": claims["updated_at"]}, claims)

			r.change(func(c *client.Client) { c.UserInfoSigningAlg = "" })
			response, err = r.userInfo(tokens["access_token"])
			require.NoError(t, err)
			claims = map[string]any{}
			require.NoError(t, json.Unmarshal([]byte(decrypted(t, response.JWT, alg, used, "")), &claims))
			assert.Equal(t, "alice", claims["preferred_username"])
			assert.Equal(t, "app", claims["aud"])
		}
	}
}

// A signed UserInfo response is good for nothing else here: neither as ID token nor as access token (RFC 8725 sections
// 2.7 and 3.12).
func TestSignedUserInfoPassesForNoToken(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.TokenFormat, c.AccessTokenTyp = client.JWT, client.TypeJWT })
	tokens := r.signIn("openid profile", nil)
	plain, err := r.userInfo(tokens["access_token"])
	require.NoError(t, err)
	assert.Empty(t, plain.JWT, "registered for neither")
	assert.NotContains(t, plain.Claims, "aud")
	for _, alg := range []string{"ES256", "EdDSA"} {
		r.change(func(c *client.Client) { c.UserInfoSigningAlg = alg })
		response, err := r.userInfo(tokens["access_token"])
		require.NoError(t, err)
		jws, err := jose.ParseSignedCompact(response.JWT, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		require.NoError(t, err)
		assert.Empty(t, jws.Signatures[0].Header.ExtraHeaders, "no typ: the one of ID tokens would make it one")
		claims := claimsOf(t, response.JWT)
		assert.Equal(t, issuer, claims["iss"])
		assert.Equal(t, "app", claims["aud"])
		assert.Equal(t, r.user.Subject, claims["sub"])
		assert.NotContains(t, claims, "nonce")

		_, err = r.idTokens.Hint(t.Context(), response.JWT)
		require.Error(t, err)
		_, err = r.userInfo(response.JWT)
		assertRefused(t, err, "invalid_token")
		assert.False(t, r.active("app", r.secret, response.JWT))
	}
	// Claims about the user do not replace those about the response.
	_, err = r.userInfo(tokens["id_token"])
	assertRefused(t, err, "invalid_token")
}

// A client whose key cannot be had is told so, and loses nothing: not its code, not its refresh token. It is the
// client's fault, not the server's.
func TestAnswersThatCannotBeEncrypted(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid", nil)
	code, err := r.approve(t.Context(), r.flow(nil), r.session, true)
	require.NoError(t, err)
	publish := func(path string, body []byte, err error) {
		r.fetches.set(body, err)
		r.change(func(c *client.Client) {
			c.IDTokenEncryptionAlg, c.UserInfoEncryptionAlg, c.JWKSURI = "RSA-OAEP-256", "ECDH-ES", "https://app.example.com/"+path
		})
	}
	for name, c := range map[string]struct {
		body  []byte
		err   error
		check refusal.Check
	}{
		"unreachable":           {nil, outbound.ErrFetch, refusal.CheckKeySetFetch},
		"no-JSON":               {[]byte("<html>"), nil, refusal.CheckKeySetFetch},
		"100-keys":              {[]byte(`{"keys":[` + strings.Repeat(`{"kty":"oct"},`, 99) + `{"kty":"oct"}]}`), nil, refusal.CheckKeySetFetch},
		"for-signatures":        {keySet(t, func(k *jose.JSONWebKey) { k.Use = "sig" }), nil, refusal.CheckEncryptionKey},
		"for-another-algorithm": {keySet(t, func(k *jose.JSONWebKey) { k.Algorithm = "RSA1_5" }), nil, refusal.CheckEncryptionKey},
	} {
		publish(name, c.body, c.err)
		fetched := r.fetches.total()
		for range 3 {
			_, err := r.exchange(r.secret, code)
			refused := assertRefused(t, err, "invalid_request")
			assert.Equal(t, c.check, refused.Check, name)
			assert.Equal(t, "app", refused.ClientID)
			_, err = r.refresh(first["refresh_token"], nil)
			assertRefused(t, err, "invalid_request")
			_, err = r.userInfo(first["access_token"])
			assertRefused(t, err, "invalid_request")
		}
		assert.Equal(t, 1, r.fetches.total()-fetched, "not again at once")
	}
	publish("jwks", keySet(t, nil), nil)
	answer, err := r.exchange(r.secret, code)
	require.NoError(t, err)
	decrypted(t, answer.Parameters["id_token"], "RSA-OAEP-256", client.DefaultEncryption, "JWT")
	again, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	decrypted(t, again["id_token"], "RSA-OAEP-256", client.DefaultEncryption, "JWT")
}

// A client that signs with keys at the same URL, and replaces them, is served by both rules.
func TestEncryptionKeysAreFetchedAgainWhenNoneFits(t *testing.T) {
	r := newRefreshing(t, nil)
	of, err := r.store.Client(t.Context(), "app")
	require.NoError(t, err)
	c := *of
	c.JWKS, c.JWKSURI = "", "https://app.example.com/jwks"
	clientKeys := oauth.NewClientKeys(r.fetches, func() time.Time { return *r.now.Load() })
	kid := func(alg string) string {
		key, err := clientKeys.EncryptionKey(t.Context(), &c, alg)
		if err != nil {
			return ""
		}
		return key.KeyID
	}
	one := func(alg, kid, use string) []byte {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{published(alg, kid, use)}})
		require.NoError(t, err)
		return text
	}
	r.fetches.set(one("RSA-OAEP-256", "a", ""), nil)
	assert.Equal(t, "a", kid("RSA-OAEP-256"))
	signing, err := clientKeys.Keys(t.Context(), &c, "a")
	require.NoError(t, err)
	assert.Len(t, signing, 1, "of one fetch")
	assert.Equal(t, 1, r.fetches.total())
	r.fetches.set(one("ECDH-ES", "b", "enc"), nil)
	assert.Empty(t, kid("ECDH-ES"), "not at once")
	assert.Equal(t, 1, r.fetches.total())
	r.advance(time.Minute)
	assert.Equal(t, "b", kid("ECDH-ES"))
	signing, err = clientKeys.Keys(t.Context(), &c, "")
	require.NoError(t, err)
	assert.Empty(t, signing.Signing("ES256", ""), "none to sign with")
	assert.Empty(t, kid("RSA-OAEP-256"), "withdrawn")
	assert.Equal(t, 2, r.fetches.total())
	r.advance(11 * time.Minute)
	r.fetches.set(nil, errors.New("down"))
	assert.Equal(t, "b", kid("ECDH-ES"), "while the server of the client is down")
	r.advance(time.Hour)
	assert.Empty(t, kid("ECDH-ES"))
}

func BenchmarkAnswers(b *testing.B) {
	set := benchmarkSet(b)
	for name, c := range map[string]*client.Client{
		"plain":   {ID: "app"},
		"signed":  {ID: "app", UserInfoSigningAlg: "ES256"},
		"RSA":     {ID: "app", UserInfoSigningAlg: "ES256", UserInfoEncryptionAlg: "RSA-OAEP-256", UserInfoEncryptionEnc: "A128GCM", JWKS: set},
		"ECDH":    {ID: "app", UserInfoSigningAlg: "ES256", UserInfoEncryptionAlg: "ECDH-ES", UserInfoEncryptionEnc: "A256GCM", JWKS: set},
		"ECDH-KW": {ID: "app", UserInfoSigningAlg: "ES256", UserInfoEncryptionAlg: "ECDH-ES+A128KW", JWKS: set},
	} {
		b.Run(name, func(b *testing.B) {
			answers := oauth.NewAnswers(nil, fixedSigner{}, oauth.NewClientKeys(nil, time.Now))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := oauth.AnswerUserInfo(answers, c, map[string]any{"sub": "alice", "name": "Alice Liddell", "email": "alice@example.com"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarkSet(b *testing.B) string {
	b.Helper()
	var set jose.JSONWebKeySet
	for _, alg := range []string{"RSA-OAEP-256", "ECDH-ES"} {
		set.Keys = append(set.Keys, published(alg, alg, "enc"))
	}
	text, err := json.Marshal(set)
	require.NoError(b, err)
	return string(text)
}

// fixedSigner makes the cost of a signature that of none: that is measured elsewhere.
type fixedSigner struct{}

func (fixedSigner) Sign(_ context.Context, _ keys.Algorithm, _ string, payload []byte) (string, error) {
	return "header." + string(payload) + ".signature", nil
}
