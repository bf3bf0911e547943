package resourcetest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

func introspect(t *testing.T, i *resourcetest.Issuer, secret, token string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.URL+"/introspect", strings.NewReader(url.Values{"token": {token}}.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(i.ClientID, secret)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer)
	return response.StatusCode, answer
}

// Another library than package resource must be able to use it.
func TestTokensVerifyWithAnotherLibrary(t *testing.T) {
	t.Parallel()
	i := resourcetest.NewIssuer(t)
	provider, err := oidc.NewProvider(t.Context(), i.URL)
	require.NoError(t, err)
	verifier := provider.Verifier(&oidc.Config{ClientID: i.Audience, SupportedSigningAlgs: []string{"ES256"}})
	verify := func(token string) error {
		_, err := verifier.Verify(context.Background(), token)
		return err
	}
	before := i.Token(nil)
	require.NoError(t, verify(before))
	i.RotateKeys()
	rotated := i.Token(nil)
	// The library joins a fetch of keys that has just ended, for a moment.
	assert.Eventually(t, func() bool { return verify(rotated) == nil }, 10*time.Second, time.Millisecond)
	assert.NoError(t, verify(before))
	require.ErrorContains(t, verify(i.Token(resourcetest.Claims{"exp": 1})), "expired")
	require.ErrorContains(t, verify(i.Token(resourcetest.Claims{"aud": "other"})), "audience")
	assert.Positive(t, i.KeyFetches())
}

func TestIntrospectionOfTheIssuer(t *testing.T) {
	t.Parallel()
	i := resourcetest.NewIssuer(t)
	now := time.Now()
	i.SetClock(func() time.Time { return now })
	opaque, signed := i.Opaque(resourcetest.Claims{"scope": "a", "sub": nil}), i.Token(nil)
	status, answer := introspect(t, i, i.ClientSecret, opaque)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "a", answer["scope"])
	assert.Equal(t, true, answer["active"])
	assert.NotContains(t, answer, "sub")
	_, answer = introspect(t, i, i.ClientSecret, signed)
	assert.Equal(t, "Bearer", answer["token_type"])
	status, _ = introspect(t, i, "wrong", opaque)
	assert.Equal(t, http.StatusUnauthorized, status)

	inactive := map[string]any{"active": false}
	i.Revoke(opaque)
	_, answer = introspect(t, i, i.ClientSecret, opaque)
	assert.Equal(t, inactive, answer)
	_, answer = introspect(t, i, i.ClientSecret, "unknown")
	assert.Equal(t, inactive, answer)
	now = now.Add(time.Hour)
	_, answer = introspect(t, i, i.ClientSecret, signed)
	assert.Equal(t, inactive, answer)
	assert.Equal(t, 6, i.Introspections())

	i.SetDown(true)
	status, _ = introspect(t, i, i.ClientSecret, opaque)
	assert.Equal(t, http.StatusServiceUnavailable, status)
}
