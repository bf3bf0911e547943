package resourcetest_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// An API that follows the feed can test that it refuses what was revoked.
func TestRevokedTokensOfTheIssuer(t *testing.T) {
	t.Parallel()
	i := resourcetest.NewIssuer(t)
	now := time.Now().Truncate(time.Second)
	i.SetClock(func() time.Time { return now })
	v, err := resource.New(t.Context(), i.URL, resource.Options{
		Audience: []string{i.Audience}, Clock: func() time.Time { return now },
		Revocations: &resource.Revocations{ClientID: i.ClientID, ClientSecret: i.ClientSecret},
	})
	require.NoError(t, err)
	t.Cleanup(v.Close)
	accepts := func(token string) bool {
		_, err := v.Verify(t.Context(), token)
		return err == nil
	}
	soon := func(condition func() bool) {
		t.Helper()
		require.Eventually(t, condition, 10*time.Second, 5*time.Millisecond)
	}
	soon(func() bool { return v.Stats().RevocationFeed == "followed" })

	later := now.Add(6 * time.Second).Unix()
	for name, tc := range map[string]struct {
		claims, good resourcetest.Claims // of what is revoked, and of what must not be
		revoke       func(token string)
	}{
		"token":  {nil, nil, i.Revoke},
		"id":     {resourcetest.Claims{"jti": "t1"}, nil, func(string) { i.RevokeBy(resourcetest.KindToken, "t1") }},
		"grant":  {resourcetest.Claims{"grant_id": "g1"}, resourcetest.Claims{"grant_id": "g2"}, func(string) { i.RevokeBy(resourcetest.KindGrant, "g1") }},
		"client": {resourcetest.Claims{"client_id": "c1"}, resourcetest.Claims{"client_id": "c1", "iat": later}, func(string) { i.RevokeBy(resourcetest.KindClient, "c1") }},
		"user":   {resourcetest.Claims{"sub": "u1"}, resourcetest.Claims{"sub": "u1", "iat": later}, func(string) { i.RevokeBy(resourcetest.KindUser, "u1") }},
	} {
		token, good := i.Token(tc.claims), i.Token(tc.good)
		require.True(t, accepts(token), name)
		tc.revoke(token)
		soon(func() bool { return !accepts(token) })
		assert.True(t, accepts(good), name)
		for _, one := range []struct {
			token  string
			active bool
		}{{token, false}, {good, true}} {
			_, answer := introspect(t, i, i.ClientSecret, one.token)
			assert.Equal(t, one.active, answer["active"], name)
		}
	}
}

// The feed is for those who authenticate, and the token endpoint issues nothing else.
func TestFeedOfTheIssuerIsForItsClient(t *testing.T) {
	t.Parallel()
	i := resourcetest.NewIssuer(t)
	ask := func(secret, form string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.URL+"/token", strings.NewReader(form))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(i.ClientID, secret)
		return send(t, r)
	}
	feed := func(token, query string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.URL+"/revocations?"+query, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		status, _ := send(t, r)
		return status
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"gatehouse:revocations:read"}}.Encode()
	status, body := ask("wrong", form)
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = ask(i.ClientSecret, "grant_type=client_credentials&scope=invoices:read")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.NotContains(t, body, "access_token")

	status, body = ask(i.ClientSecret, form)
	require.Equal(t, http.StatusOK, status)
	_, rest, _ := strings.Cut(body, `"access_token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	assert.Equal(t, http.StatusOK, feed(token, ""))
	assert.Equal(t, http.StatusUnauthorized, feed(i.Token(nil), ""))
	assert.Equal(t, http.StatusUnauthorized, feed("", ""))
	for _, wrong := range []string{"cursor=1", "cursor=-1", "cursor=x", "wait=x"} {
		assert.Equal(t, http.StatusBadRequest, feed(token, wrong), wrong)
	}
	i.SetDown(true)
	assert.Equal(t, http.StatusServiceUnavailable, feed(token, ""))
}

// A verifier that nobody closed must not keep a test from ending.
func TestIssuerEndsWhileSomebodyWaits(t *testing.T) {
	t.Parallel()
	var v *resource.Verifier
	began := time.Now()
	t.Run("test", func(t *testing.T) {
		i := resourcetest.NewIssuer(t)
		var err error
		v, err = resource.New(t.Context(), i.URL, resource.Options{
			Audience: []string{i.Audience}, Revocations: &resource.Revocations{ClientID: i.ClientID, ClientSecret: i.ClientSecret},
		})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return v.Stats().RevocationFeed == "followed" }, 10*time.Second, 5*time.Millisecond)
	})
	v.Close()
	assert.Less(t, time.Since(began), 15*time.Second, "a request waits for 20 s")
}

func send(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}
