package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Keycloak CVE-2026-4282: every issued artifact is accepted for its own purpose only. Each one is
// tried at every endpoint; its intended use comes last and shows that it was valid and that the
// other attempts did not spend it.
func TestArtifactsAreAcceptedForTheirPurposeOnly(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		const bye = "https://app.example.test/bye"
		p := s.userAgent(t)
		more := url.Values{"scope": {"openid offline_access"}}
		tokens := s.exchange(secret, p.signIn(more).Get("code"), nil).json(t)
		// The signed access token differs from an ID token only by its type.
		s.command("client", "update", "app", "--access-token-format", "jwt", "--add-audience", "app")
		signed := url.Values{"scope": {"openid"}, "resource": {"app"}}
		s.soon(func() bool { return p.authorize(signed).status == http.StatusOK }, "the audience is still refused")
		jwt := s.exchange(secret, returned(t, p.agree(p.authorize(signed), true)).Get("code"), nil).json(t)["access_token"].(string)
		require.Equal(t, claim(t, tokens["id_token"].(string), "sub"), claim(t, jwt, "sub"))
		require.Equal(t, "app", claim(t, jwt, "aud"))
		refusedAs := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"magic"}}).json(t)["error_uri"].(string)
		things := map[string]string{
			"access token": tokens["access_token"].(string), "refresh token": tokens["refresh_token"].(string), "ID token": tokens["id_token"].(string),
			"signed access token": jwt, "code": returned(t, p.authorize(more)).Get("code"),
			"session": p.cookies["__Host-gatehouse_session"], "binder": p.cookies["__Host-gatehouse_flow"],
			"flow": hidden(t, p.authorize(url.Values{"prompt": {"login"}}), "flow"), "error id": refusedAs[len(issuer+"/errors/"):],
		}
		redeem := func(form url.Values) bool { return s.post("/oauth/token", "app", secret, form).status == http.StatusOK }
		uses := []struct {
			name, thing string
			try         func(text string) bool
		}{
			{"UserInfo", "access token", func(x string) bool { return s.userInfo(x).status == http.StatusOK }},
			{"introspection", "access token", func(x string) bool { return s.active("app", secret, x) }},
			{"introspection", "signed access token", func(x string) bool { return s.active("app", secret, x) }},
			{"introspection", "refresh token", func(x string) bool { return s.active("app", secret, x) }},
			{"code", "code", func(x string) bool {
				return redeem(url.Values{"grant_type": {"authorization_code"}, "code": {x}, "redirect_uri": {callback}})
			}},
			{"refresh", "refresh token", func(x string) bool {
				return redeem(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {x}})
			}},
			{"session", "session", func(x string) bool {
				other := s.userAgent(t)
				other.cookies["__Host-gatehouse_session"] = x
				return returned(t, other.authorize(url.Values{"prompt": {"none"}, "scope": {"openid"}})).Has("code")
			}},
			{"flow", "flow", func(x string) bool {
				return p.open("/oauth/authorize?flow="+url.QueryEscape(x)).status < http.StatusBadRequest
			}},
			{"hint", "ID token", func(x string) bool {
				return returned(t, p.authorize(url.Values{"prompt": {"none"}, "scope": {"openid"}, "id_token_hint": {x}})).Has("code")
			}},
			{"sign-out", "ID token", func(x string) bool {
				return p.open("/oauth/logout?"+url.Values{"id_token_hint": {x}, "post_logout_redirect_uri": {bye}}.Encode()).header.Get("Location") == bye
			}},
		}
		meant := map[[2]string]bool{}
		for _, use := range uses {
			meant[[2]string{use.name, use.thing}] = true
		}
		for _, use := range uses {
			for thing, text := range things {
				require.NotEmpty(t, text, thing)
				if !meant[[2]string{use.name, thing}] {
					assert.False(t, use.try(text), "%s as %s", thing, use.name)
				}
			}
		}
		for _, use := range uses {
			assert.True(t, use.try(things[use.thing]), "%s as %s", use.thing, use.name)
		}
	})
}
