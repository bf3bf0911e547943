package e2e_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Libraries that send no scope (passport-oauth2, Spring Security without the setting) can sign
// users in with a client registered with nothing but its redirect URI.
func TestSignInByLibraryWithoutScope(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("plain", "--redirect-uri", callback)
		for name, library := range map[string]struct {
			authorize, token string
			basic            bool
		}{
			"passport-oauth2": {
				authorize: "response_type=code&redirect_uri=REDIRECT&client_id=plain",
				token:     "grant_type=authorization_code&redirect_uri=REDIRECT&client_id=plain&client_secret=SECRET&code=CODE",
			},
			"Spring Security": {
				authorize: "response_type=code&client_id=plain&state=kkIDmv5PmzM6-vVCSkkR1DFV-yaShkIiDUGxUFoQ4lw%3D&redirect_uri=REDIRECT",
				token:     "grant_type=authorization_code&code=CODE&redirect_uri=REDIRECT",
				basic:     true,
			},
			// RFC 6749 section 3.1.2.3: redirect_uri may be omitted if only one is registered. OpenID
			// Connect requests, which have the scope openid, must send it.
			"no redirect_uri": {
				authorize: "response_type=code&client_id=plain",
				token:     "grant_type=authorization_code&client_id=plain&client_secret=SECRET&code=CODE",
			},
		} {
			p := s.userAgent(t)
			values := strings.NewReplacer("REDIRECT", url.QueryEscape(callback), "SECRET", url.QueryEscape(secret))
			page := p.follow(p.login(p.open("/oauth/authorize?"+values.Replace(library.authorize)), "wonderland"))
			if strings.Contains(page.body, `id="consent-page"`) {
				page = p.agree(page, true)
			}
			code := returned(t, page).Get("code")
			require.NotEmpty(t, code, name)

			r, err := http.NewRequest(http.MethodPost, s.url+"/oauth/token", strings.NewReader(strings.ReplaceAll(values.Replace(library.token), "CODE", url.QueryEscape(code))))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if library.basic {
				r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("plain:"+secret)))
			}
			got := s.send(r)
			require.Equal(t, http.StatusOK, got.status, "%s: %s", name, got.body)
			tokens := got.json(t)
			assert.Equal(t, "openid profile email", tokens["scope"], name)
			assert.NotEmpty(t, tokens["id_token"], name)
			assert.Equal(t, "alice@example.com", s.released(t, tokens["access_token"])["email"], name)
		}

		// An unregistered redirect URI, or an omitted one of several, yields no redirect.
		for _, query := range []string{"redirect_uri=" + url.QueryEscape(callback+"/"), "redirect_uri=https%3A%2F%2Fevil.example%2F"} {
			got := s.userAgent(t).open("/oauth/authorize?response_type=code&client_id=plain&" + query)
			assert.Equal(t, http.StatusBadRequest, got.status, query)
			assert.Empty(t, got.header.Get("Location"), query)
		}
		s.client("two", "--redirect-uri", callback, "--redirect-uri", callback+"/2")
		got := s.userAgent(t).open("/oauth/authorize?response_type=code&client_id=two")
		assert.Equal(t, http.StatusBadRequest, got.status)
		assert.Empty(t, got.header.Get("Location"))
		// With registered scopes there are default scopes only if the operator sets them.
		s.client("chosen", "--redirect-uri", callback, "--scope", "openid profile")
		assert.Equal(t, "invalid_scope", returned(t, s.userAgent(t).open("/oauth/authorize?response_type=code&client_id=chosen")).Get("error"))
	})
}
