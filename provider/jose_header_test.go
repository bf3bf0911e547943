package provider_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

func TestReadJOSEHeader(t *testing.T) {
	t.Parallel()
	encode := func(header string) string { return base64.RawURLEncoding.EncodeToString([]byte(header)) + ".e30.AA" }
	h, ok := provider.ReadJOSEHeader(encode(`{"alg":"ECDH-ES","enc":"A128GCM","kid":"k","typ":"JWT","cty":"JWT","epk":{"kty":"EC"},"x5t":"x","KID":"other"}`))
	assert.True(t, ok)
	assert.Equal(t, provider.JOSEHeader{Type: "JWT", Algorithm: "ECDH-ES", Encryption: "A128GCM", KeyID: "k"}, h)
	for _, header := range []string{
		``, `null`, `[]`, `"x"`, `{`, `{"alg":"ES256","alg":"none"}`, `{"alg":["ES256"]}`, `{"alg":null}`, `{"kid":1}`, `{"typ":{}}`, `{"x":"\xff"}`,
		`{"jwk":{}}`, `{"jku":"https://evil.example"}`, `{"x5u":"https://evil.example"}`, `{"x5c":null}`, `{"crit":["b64"],"b64":true}`, `{"b64":false}`, `{"zip":"DEF"}`,
		strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50),
	} {
		_, ok := provider.ReadJOSEHeader(encode(header))
		assert.False(t, ok, header)
	}
	_, ok = provider.ReadJOSEHeader("e30=.e30.AA")
	assert.False(t, ok)
}

func TestKindOfAJWT(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"", "JWT", "jwt", "application/jwt", "one+jwt", "ONE+JWT", "application/one+JWT", "Application/Other+jwt"} {
		assert.True(t, provider.JOSEHeader{Type: typ}.Is("one+jwt", "other+jwt"), typ)
	}
	for _, typ := range []string{"another+jwt", "application/another+jwt", "text/one+jwt", "application/one+jwt/x", "one", "/", " "} {
		assert.False(t, provider.JOSEHeader{Type: typ}.Is("one+jwt", "other+jwt"), typ)
	}
}
