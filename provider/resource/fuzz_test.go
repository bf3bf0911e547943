package resource_test

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// Whatever is sent: one token is good, and everything else is refused without a panic.
func FuzzTokens(f *testing.F) {
	issuer := resourcetest.NewIssuer(f)
	v, err := resource.New(f.Context(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
	require.NoError(f, err)
	require.NoError(f, v.Ready(f.Context()))
	good := issuer.Token(nil)
	parts := strings.Split(good, ".")
	for _, header := range []string{`{"alg":"none"}`, `{"alg":["ES256"],"typ":"at+jwt"}`, `{"alg":"ES256","typ":"at+jwt","jwk":{"kty":"EC"}}`, `{"alg":"ES256","typ":"at+jwt","x5c":["AA"]}`, `[]`, `{"alg":`} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + parts[2])
	}
	f.Add(good)
	f.Add(good + "=")
	f.Add(parts[0] + ".." + parts[2])
	f.Fuzz(func(t *testing.T, token string) {
		p, err := v.Verify(t.Context(), token)
		if (err == nil) != (token == good) {
			t.Fatalf("%q: %+v %v", token, p, err)
		}
	})
}

// What a provider signs is not all well-formed: it may copy values that users choose.
func FuzzClaims(f *testing.F) {
	issuer := resourcetest.NewIssuer(example{}) // f must not be used inside the target
	v, err := resource.New(f.Context(), issuer.URL, resource.Options{
		Audience: []string{issuer.Audience}, Introspection: &resource.Introspection{ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret},
	})
	require.NoError(f, err)
	for _, name := range []string{"sub", "AUD", "iss", "exp", "cnf", "roles", "scope", "amr", "auth_time", "sid", "active"} {
		f.Add(name, "x", 1.5)
	}
	f.Fuzz(func(t *testing.T, name, text string, number float64) {
		if math.IsNaN(number) || math.IsInf(number, 0) {
			return // JSON has none
		}
		for _, value := range []any{text, number, []any{text, number}, map[string]any{text: number}, true} {
			for _, token := range []string{issuer.Token(resourcetest.Claims{"aud": nil, name: value}), issuer.Opaque(resourcetest.Claims{"aud": nil, name: value})} {
				if p, err := v.Verify(t.Context(), token); err == nil && name != "aud" {
					t.Fatalf("%s=%v stood for the audience: %+v", name, value, p)
				}
			}
		}
	})
}
