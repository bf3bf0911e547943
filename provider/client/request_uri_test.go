package client_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ecKeys is a set with keys of P-256 for signatures, for encryption, and for either.
const ecKeys = `{"keys":[
	{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"any"},
	{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"sig","use":"sig"},
	{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"enc","use":"enc"},
	{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"es256","alg":"ES256"}]}`

func kids(s client.KeySet) (list []string) {
	for _, k := range s {
		list = append(list, k.KeyID)
	}
	return list
}

// A key that says what it is for is used for nothing else.
func TestKeysAreFoundByWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	set, err := client.ParseKeySet([]byte(ecKeys))
	require.NoError(t, err)
	assert.Equal(t, []string{"any", "sig", "es256"}, kids(set.Signing("ES256", "")))
	assert.Equal(t, []string{"sig"}, kids(set.Signing("ES256", "sig")))
	assert.Empty(t, set.Signing("ES256", "enc"))
	assert.Empty(t, set.Signing("RS256", ""))
	assert.Empty(t, set.Signing("HS256", ""))
	assert.Equal(t, []string{"enc", "any"}, kids(set.Encryption("ECDH-ES")))
	assert.Empty(t, set.Encryption("RSA-OAEP-256"))
	assert.True(t, set.Has("enc"))
	assert.False(t, set.Has("other"))
}

func TestRequestURIs(t *testing.T) {
	t.Parallel()
	c := client.Client{RequestURIs: []string{"https://app.example/o#abc"}}
	assert.True(t, c.MatchRequestURI("https://app.example/o"))
	assert.True(t, c.MatchRequestURI("https://app.example/o#def"))
	assert.False(t, c.MatchRequestURI("https://app.example/o/"))
	assert.False(t, c.MatchRequestURI("https://app.example/o#"+strings.Repeat("x", client.MaxRequestURI)))
	assert.False(t, (&client.Client{}).MatchRequestURI(""))

	for uri, good := range map[string]bool{
		"https://app.example/o": true, "https://app.example:8443/o?x=1#y": true,
		"http://app.example/o": false, "https:///o": false, "https://user@app.example/o": false, "https://app.example:0/o": false,
		"https://app.example/ o": false, "urn:x": false, "": false, "https://app.example/" + strings.Repeat("o", client.MaxRequestURI): false,
	} {
		c := client.Client{ID: "app", Name: "App", Type: client.Web, AuthMethod: client.None, RequestURIs: []string{uri}}
		err := c.Validate()
		if good {
			assert.NotContains(t, errorText(err), "request_uris", uri)
		} else {
			assert.ErrorContains(t, err, "request_uris", uri)
		}
	}
	c = client.Client{ID: "app", RequireSignedRequestObject: true, RequestObjectAlg: "HS256", RequestObjectEncryptionAlg: "RSA1_5", RequestObjectEncryptionEnc: "A128CBC-HS256", RequestURIs: []string{"https://a.example", "https://a.example"}}
	for _, field := range []string{"require_signed_request_object", "request_object_signing_alg", "request_object_encryption_alg", "request_object_encryption_enc", "request_uris"} {
		require.ErrorContains(t, c.Validate(), field)
	}
	c.JWKS = ecKeys
	assert.NotContains(t, errorText(c.Validate()), "require_signed_request_object")
}

// A set that only encrypts is enough, except for one who authenticates or signs requests by it.
func TestClientWithEncryptionKeysAlone(t *testing.T) {
	t.Parallel()
	c := client.Client{ID: "app", Name: "App", Type: client.Web, AuthMethod: client.SecretBasic, JWKS: `{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"enc"}]}`}
	assert.NotContains(t, errorText(c.Validate()), "jwks")
	c.AuthMethod = client.PrivateKeyJWT
	require.ErrorContains(t, c.Validate(), "has no key for signatures")
	c.AuthMethod, c.RequireSignedRequestObject = client.SecretBasic, true
	assert.ErrorContains(t, c.Validate(), "has no key for signatures")
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
