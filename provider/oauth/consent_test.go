package oauth_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// RFC 8252 section 8.6: any program on the machine can impersonate a public client whose redirect
// URI has a loopback address or a private scheme, so consent is asked for each time, in spite of a
// remembered consent and for first-party clients too.
func TestConsentIsNotRememberedForClientsThatCanBeImpersonated(t *testing.T) {
	for name, test := range map[string]struct {
		uri                string
		public, firstParty bool
		again              bool
	}{
		"public on loopback":                 {"http://127.0.0.1/cb", true, false, true},
		"public on loopback, first party":    {"http://127.0.0.1/cb", true, true, true},
		"public on localhost":                {"http://localhost:5173/cb", true, false, true},
		"public, private scheme":             {"com.example.app:/cb", true, false, true},
		"public, claimed https":              {"https://app.example.com/cb", true, false, false},
		"public, claimed https, first party": {"https://app.example.com/cb", true, true, false},
		"confidential on loopback":           {"http://127.0.0.1/cb", false, false, false},
		"confidential, scheme without dot":   {"cursor://auth", false, false, true},
		"first-party, scheme without dot":    {"cursor://auth", false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			c := client.Client{ID: "app", Type: client.Native, GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{test.uri}, Scopes: []string{"openid"}, FirstParty: test.firstParty}
			c.AllowUndottedScheme = client.Undotted(test.uri)
			if test.public {
				c.AuthMethod = client.None
			}
			h.client(c)
			s := h.person("alice")
			more := url.Values{"redirect_uri": {test.uri}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
			_, err := h.provider.Approve(t.Context(), h.flow(more), s, oauth.AgreedForLater)
			require.NoError(t, err)

			step, err := h.provider.Next(t.Context(), h.flow(more), s)
			require.NoError(t, err)
			assert.Equal(t, test.again, step == oauth.Consent)
			more.Set("prompt", "none")
			_, err = h.provider.Next(t.Context(), h.flow(more), s)
			if test.again {
				assertRefused(t, err, "consent_required")
			} else {
				assert.NoError(t, err)
			}
		})
	}
}

// A request gets the scopes that it names, even when the user agreed to more before.
func TestARememberedConsentAddsNothingToARequest(t *testing.T) {
	h := newFixture(t)
	secret, s := h.app("ES256"), h.person("alice")
	_, err := h.provider.Approve(t.Context(), h.flow(url.Values{"scope": {"openid profile"}}), s, oauth.AgreedForLater)
	require.NoError(t, err)
	answer, err := h.exchange(secret, h.code(s))
	require.NoError(t, err)
	assert.Equal(t, "openid", answer.Parameters["scope"])
}
