package oauth_test

import (
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// sealed encrypts an object to this server.
func (a *asking) sealed(object string, enc jose.ContentEncryption, options *jose.EncrypterOptions) string {
	a.t.Helper()
	document, err := a.keys.JWKS(a.t.Context())
	require.NoError(a.t, err)
	var set jose.JSONWebKeySet
	require.NoError(a.t, json.Unmarshal(document, &set))
	for _, key := range set.Keys {
		if key.Use != "enc" {
			continue
		}
		encrypter, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}, options)
		require.NoError(a.t, err)
		jwe, err := encrypter.Encrypt([]byte(object))
		require.NoError(a.t, err)
		text, err := jwe.CompactSerialize()
		require.NoError(a.t, err)
		return text
	}
	a.t.Fatal("no encryption key is published")
	return ""
}

func TestEncryptedRequestObjects(t *testing.T) {
	a := newAsking(t, nil)
	options := (&jose.EncrypterOptions{}).WithContentType("JWT").WithType("oauth-authz-req+jwt")
	for _, enc := range []jose.ContentEncryption{jose.A128GCM, jose.A256GCM} {
		r, err := a.ask(a.sealed(a.object(nil), enc, options), nil)
		require.NoError(t, err)
		assert.Equal(t, "inside", r.State)
	}
	var texts []string
	for name, object := range map[string]string{
		"encrypted twice": a.sealed(a.sealed(a.object(nil), jose.A128GCM, nil), jose.A128GCM, nil),
		"not signed":      a.sealed(`{"iss":"app"}`, jose.A128GCM, nil),
		"forged":          a.sealed(sign(t, jose.ES256, newECKey(t), nil, a.claims(nil)), jose.A128GCM, nil),
		"expired":         a.sealed(a.object(map[string]any{"exp": 1}), jose.A128GCM, nil),
	} {
		_, err := a.ask(object, nil)
		assertRefused(t, err, "invalid_request_object")
		require.Error(t, err, name)
	}
	good := a.sealed(a.object(nil), jose.A128GCM, nil)
	for name, object := range map[string]string{
		"changed":      good[:len(good)-8] + "AAAAAAAA",
		"of no key":    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6Im5vbmUifQ....",
		"CBC":          a.sealed(a.object(nil), jose.A128CBC_HS256, nil),
		"compressed":   a.sealed(a.object(nil), jose.A128GCM, &jose.EncrypterOptions{Compression: jose.DEFLATE}),
		"another kind": a.sealed(a.object(nil), jose.A128GCM, (&jose.EncrypterOptions{}).WithType("at+jwt")),
	} {
		_, err := a.ask(object, nil)
		r := assertRefused(t, err, "invalid_request_object")
		assert.Equal(t, refusal.CheckObjectEncryption, r.Check, name)
		texts = append(texts, r.Description)
	}
	for _, text := range texts {
		assert.Equal(t, texts[0], text, "what is wrong is not told")
	}

	a.update("app", func(c *client.Client) { c.RequestObjectEncryptionAlg = "RSA-OAEP-256" })
	_, err := a.ask(good, nil)
	assertRefused(t, err, "invalid_request_object")
	a.update("app", func(c *client.Client) {
		c.RequestObjectEncryptionAlg, c.RequestObjectEncryptionEnc = "ECDH-ES", "A256GCM"
	})
	_, err = a.ask(good, nil)
	assertRefused(t, err, "invalid_request_object")
	_, err = a.ask(a.sealed(a.object(nil), jose.A256GCM, nil), nil)
	require.NoError(t, err)

	a.offer(a.fetches, oauth.RequestObjectSettings{Issuer: issuer, ByValue: true})
	_, err = a.ask(a.sealed(a.object(nil), jose.A256GCM, nil), nil)
	assert.Equal(t, refusal.CheckObjectEncryption, assertRefused(t, err, "invalid_request_object").Check)
}
