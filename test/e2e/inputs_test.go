package e2e_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Requests of real libraries, caches and browsers that differ from the examples of the RFCs.
func TestRequestsOfRealClients(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		code := p.signIn(nil).Get("code")
		access := s.exchange(secret, code, nil).json(t)["access_token"].(string)

		t.Run("UserInfo with a body that is no form", func(t *testing.T) {
			for name, body := range map[string]io.Reader{"an object": strings.NewReader("{}"), "an empty chunk": io.MultiReader(), "nothing": nil} {
				r, err := http.NewRequest(http.MethodPost, s.url+"/oauth/userinfo", body)
				require.NoError(t, err)
				r.Header.Set("Authorization", "Bearer "+access)
				if name == "an object" {
					r.Header.Set("Content-Type", "application/json")
				}
				assert.Equal(t, http.StatusOK, s.send(r).status, name)
			}
		})
		t.Run("UserInfo without a token", func(t *testing.T) {
			got := s.get("/oauth/userinfo")
			assert.Equal(t, http.StatusUnauthorized, got.status)
			assert.Equal(t, `Bearer realm="gatehouse"`, got.header.Get("WWW-Authenticate"), "a parameter, and no error code (RFC 6750 section 3)")
		})
		t.Run("a semicolon in the query is data", func(t *testing.T) {
			params := authorizeParams(url.Values{"prompt": {"none"}})
			params.Del("state")
			got := p.open("/oauth/authorize?" + params.Encode() + "&x=a;b&state=c;d")
			assert.Equal(t, "c;d", returned(t, got).Get("state"))
		})
		t.Run("validators of caches", func(t *testing.T) {
			tag := s.get("/oauth/jwks").header.Get("ETag")
			for _, sent := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				r, err := http.NewRequest(http.MethodGet, s.url+"/oauth/jwks", nil)
				require.NoError(t, err)
				r.Header.Set("If-None-Match", sent)
				assert.Equal(t, http.StatusNotModified, s.send(r).status, sent)
			}
		})
		t.Run("HEAD has no consequences", func(t *testing.T) {
			for _, path := range []string{"/oauth/authorize?" + authorizeParams(url.Values{"prompt": {"none"}}).Encode(), "/oauth/logout", "/oauth/logout?id_token_hint=x"} {
				got := p.request(http.MethodHead, path, nil)
				assert.Equal(t, http.StatusOK, got.status, path)
				assert.Empty(t, got.header.Get("Location"), path)
				assert.Empty(t, got.header.Values("Set-Cookie"), path)
			}
			assert.NotEmpty(t, returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("code"), "still signed in")
		})
		t.Run("revocation responds with JSON", func(t *testing.T) {
			got := s.post("/oauth/revoke", "app", secret, url.Values{"token": {access}})
			assert.Equal(t, http.StatusOK, got.status)
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			assert.Empty(t, got.json(t))
			assert.False(t, s.active("app", secret, access))
		})
	})
}
