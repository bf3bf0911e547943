package e2e_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// startFront starts a server with all response types on, and an application that is registered for
// them.
func startFront(t *testing.T, databaseURL string) (s *server, secret string) {
	t.Helper()
	s = prepare(t, databaseURL)
	s.env = append(s.env, "GATEHOUSE_RESPONSE_TYPES="+strings.Join(client.ResponseTypes(), ", "))
	s.run()
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	flags := []string{"--redirect-uri", callback, "--scope", "openid profile email offline_access", "--grant-type", "refresh_token"}
	for _, kind := range client.ResponseTypes() {
		flags = append(flags, "--response-type", kind)
	}
	return s, s.client("app", flags...)
}

// The go-oidc library verifies what each response type returns, its hashes included.
func TestEveryResponseTypeByLibrary(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startFront(t, databaseURL)
		ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
		provider, err := oidc.NewProvider(ctx, issuer)
		require.NoError(t, err)
		var metadata struct {
			Types  []string `json:"response_types_supported"`
			Grants []string `json:"grant_types_supported"`
		}
		require.NoError(t, provider.Claims(&metadata))
		assert.Equal(t, client.ResponseTypes(), metadata.Types)
		assert.Subset(t, metadata.Grants, []string{"authorization_code", "implicit"})
		verifier := provider.Verifier(&oidc.Config{ClientID: "app"})

		p := s.userAgent(t)
		none := returned(t, p.authorize(url.Values{"response_type": {"id_token token"}, "prompt": {"none"}}))
		assert.Equal(t, []string{"login_required", "s t/a+te", issuer}, []string{none.Get("error"), none.Get("state"), none.Get("iss")}, "in the fragment")
		p.agree(p.follow(p.login(p.authorize(url.Values{"scope": {"openid profile email"}}), "wonderland")), true)

		for _, kind := range client.ResponseTypes() {
			silent := p.authorize(url.Values{"response_type": {kind}, "prompt": {"none"}, "scope": {"openid profile email"}})
			location, err := url.Parse(silent.header.Get("Location"))
			require.NoError(t, err)
			assert.Equal(t, kind == "code", location.Fragment == "", kind)
			got := returned(t, silent)
			require.Empty(t, got.Get("error"), got.Get("error_description"))
			assert.Equal(t, []string{"s t/a+te", issuer}, []string{got.Get("state"), got.Get("iss")}, kind)
			for word, name := range map[string]string{"code": "code", "id_token": "id_token", "token": "access_token"} {
				assert.Equal(t, client.Returns(kind, word), got.Has(name), "%s %s", kind, name)
			}
			assert.NotContains(t, got, "refresh_token")
			subject := ""
			if text := got.Get("id_token"); text != "" {
				idToken, err := verifier.Verify(ctx, text)
				require.NoError(t, err, kind)
				assert.Equal(t, "n-1", idToken.Nonce)
				subject = idToken.Subject
				if access := got.Get("access_token"); access != "" {
					require.NoError(t, idToken.VerifyAccessToken(access), "at_hash")
				}
				var claims map[string]any
				require.NoError(t, idToken.Claims(&claims))
				if code := got.Get("code"); code != "" {
					sum := sha256.Sum256([]byte(code))
					assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:16]), claims["c_hash"])
					assert.NotContains(t, claims, "email")
				} else {
					assert.Equal(t, "alice@example.com", claims["email"], kind)
				}
			}
			if access := got.Get("access_token"); access != "" {
				assert.Equal(t, []string{"Bearer", "3600", "openid profile email"}, []string{got.Get("token_type"), got.Get("expires_in"), got.Get("scope")})
				info := s.userInfo(access).json(t)
				assert.Equal(t, "alice@example.com", info["email"])
				assert.Contains(t, []any{"", info["sub"]}, subject)
			}
			if code := got.Get("code"); code != "" {
				tokens := s.exchange(secret, code, nil).json(t)
				idToken, err := verifier.Verify(ctx, tokens["id_token"].(string))
				require.NoError(t, err, kind)
				assert.Equal(t, "n-1", idToken.Nonce)
				assert.Contains(t, []string{"", idToken.Subject}, subject)
				require.NoError(t, idToken.VerifyAccessToken(tokens["access_token"].(string)))
			}
			posted := p.authorize(url.Values{"response_type": {kind}, "response_mode": {"form_post"}})
			assert.Equal(t, http.StatusOK, posted.status)
			assert.Contains(t, posted.body, `action="`+callback+`"`)
			for _, name := range slices.Sorted(maps.Keys(got)) {
				assert.Contains(t, posted.body, `name="`+name+`"`, kind)
			}
			assert.Contains(t, posted.header.Get("Cache-Control"), "no-store")
			assert.NotContains(t, posted.header.Get("Content-Security-Policy"), "unsafe")
		}
		s.stop()
	})
}

// Whatever the request says, a refusal of tokens is never in a query.
func TestRefusedTokensByTheRightMode(t *testing.T) {
	t.Parallel()
	s, _ := startFront(t, sqliteFile(t))
	p := s.userAgent(t)
	for name, tc := range map[string]struct {
		more url.Values
		code string
	}{
		"query":           {url.Values{"response_type": {"id_token"}, "response_mode": {"query"}}, "invalid_request"},
		"no nonce":        {url.Values{"response_type": {"code id_token"}, "nonce": {""}}, "invalid_request"},
		"no openid":       {url.Values{"response_type": {"id_token token"}, "scope": {"profile"}}, "invalid_scope"},
		"not offered":     {url.Values{"response_type": {"token"}}, "unsupported_response_type"},
		"scope":           {url.Values{"response_type": {"code token"}, "scope": {"openid phone"}}, "invalid_scope"},
		"nobody is there": {url.Values{"response_type": {"token code"}, "prompt": {"none"}}, "login_required"},
	} {
		got := p.authorize(tc.more)
		location, err := url.Parse(got.header.Get("Location"))
		require.NoError(t, err, name)
		assert.Empty(t, location.RawQuery, name)
		answer := returned(t, got)
		assert.Equal(t, tc.code, answer.Get("error"), name)
		assert.Equal(t, "s t/a+te", answer.Get("state"), name)
		tc.more.Set("response_mode", "form_post")
		if name == "query" {
			continue
		}
		posted := p.authorize(tc.more)
		assert.Contains(t, posted.body, `name="error" value="`+tc.code+`"`, name)
		assert.Empty(t, posted.header.Get("Location"), name)
	}

	// A person who cancels, and a request that was changed on the way.
	page := p.authorize(url.Values{"response_type": {"id_token token"}})
	flow := hidden(t, page, "flow")
	denied := p.request(http.MethodPost, "/login", url.Values{"flow": {flow}, "action": {"cancel"}})
	assert.Equal(t, "access_denied", returned(t, denied).Get("error"))
	assert.Contains(t, denied.header.Get("Location"), "#")
	changed := p.request(http.MethodPost, "/login", url.Values{"flow": {flow[:len(flow)-4] + "AAAA"}, "username": {"alice"}, "password": {"wonderland"}})
	assert.Equal(t, http.StatusBadRequest, changed.status)
	assert.Empty(t, changed.header.Get("Location"))

	// A registration that loses the type in the middle of a sign-in.
	page = p.authorize(url.Values{"response_type": {"id_token token"}})
	s.command("client", "update", "app", "--response-type", "code", "--remove-grant-type", "implicit")
	s.soon(func() bool {
		return returned(t, p.authorize(url.Values{"response_type": {"id_token token"}, "prompt": {"none"}})).Get("error") == "unauthorized_client"
	}, "the server knows of the change")
	signedIn := p.follow(p.login(page, "wonderland"))
	assert.Equal(t, "unauthorized_client", returned(t, signedIn).Get("error"))
	assert.Contains(t, signedIn.header.Get("Location"), "#")
}
