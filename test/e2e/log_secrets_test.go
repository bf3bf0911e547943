package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Logs are read by people who must not be able to act for users. Even at the debug level, and
// even for malformed requests, the log must hold no usable secret.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	v := newTraffic(t, "GATEHOUSE_LEGACY_TOKEN_CHECK=true", "GATEHOUSE_LOG_LEVEL=debug")
	v.round()
	v.assertions()
	v.passwords()
	for _, secret := range v.secrets {
		v.malformed(secret)
	}
	last := v.get("/gone")
	v.statements(last) // waits for the last log line
	v.stop()
	log := v.log.String()
	for _, route := range []string{"/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/userinfo", "/oauth/authorize", "/login", "/oauth/access_token_valid/{token}"} {
		assert.Contains(t, log, `"route":"`+route+`"`)
	}
	require.Greater(t, len(v.secrets), 20)
	for _, secret := range v.secrets {
		require.GreaterOrEqual(t, len(secret), 8, secret)
		for line := range strings.Lines(log) {
			assert.NotContains(t, line, secret)
			if parsed, err := token.Parse(secret); err == nil {
				assert.NotContains(t, line, string(parsed.Secret[:]))
			}
			if jws := strings.Split(secret, "."); len(jws) == 3 {
				assert.NotContains(t, line, jws[2], "a signature")
			}
		}
	}
}

// assertions authenticates a client by a JWT: once valid, once replayed, once with a wrong key.
func (v *traffic) assertions() {
	v.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(v.t, err)
	keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1"}}})
	require.NoError(v.t, err)
	path := filepath.Join(v.t.TempDir(), "keys.json")
	require.NoError(v.t, os.WriteFile(path, keys, 0o600))
	v.command("client", "create", "Signer", "signer", "--grant-type", "client_credentials", "--auth-method", "private_key_jwt", "--jwks", path)
	good := assertionOf(v.t, "signer", "k1", "assertion-1", key)
	var got response
	eventually(v.t, func() bool { // the server loads the client
		got = v.post("/oauth/token", "", "", good)
		return got.status == http.StatusOK
	})
	v.keep(got.json(v.t)["access_token"].(string), good.Get("client_assertion"))
	assert.Equal(v.t, http.StatusUnauthorized, v.post("/oauth/token", "", "", good).status, "replay")
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(v.t, err)
	forged := assertionOf(v.t, "signer", "k1", "assertion-2", other)
	v.keep(forged.Get("client_assertion"))
	assert.Equal(v.t, http.StatusUnauthorized, v.post("/oauth/token", "", "", forged).status)
}

// passwords uses the password grant and the legacy token check.
func (v *traffic) passwords() {
	v.t.Helper()
	secret := v.client("old", "--grant-type", "password", "--first-party")
	v.keep(secret, "jabberwocky")
	form := url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wonderland"}}
	var got response
	eventually(v.t, func() bool {
		got = v.post("/oauth/token", "old", secret, form)
		return got.status == http.StatusOK
	})
	access := got.json(v.t)["access_token"].(string)
	v.keep(access)
	form.Set("password", "jabberwocky")
	assert.Equal(v.t, http.StatusBadRequest, v.post("/oauth/token", "old", secret, form).status)
	assert.Equal(v.t, http.StatusOK, v.get("/oauth/access_token_valid/"+access).status)
}

// malformed sends a secret in wrong places, as users and programs do by mistake.
func (v *traffic) malformed(secret string) {
	v.t.Helper()
	escaped := url.QueryEscape(secret)
	v.get("/oauth/access_token_valid/" + escaped)
	v.get("/gone/" + escaped + "?code=" + escaped)
	v.get("/errors/" + escaped)
	v.get("/oauth/authorize?client_id=app&state=" + escaped + "&prompt=" + escaped + "&scope=" + escaped + "&redirect_uri=" + escaped)
	v.get("/login?flow=" + escaped)
	v.userInfo(secret)
	for _, name := range []string{"code", "refresh_token", "client_assertion", "client_assertion_type", "scope", "grant_type", "redirect_uri", "code_verifier"} {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "redirect_uri": {callback}}
		if name == "refresh_token" {
			form.Set("grant_type", name)
		}
		form.Set(name, secret)
		v.post("/oauth/token", "app", v.app, form)
	}
	for _, path := range []string{"/oauth/introspect", "/oauth/revoke"} {
		v.post(path, "app", v.app, url.Values{"token": {secret, secret}})
		v.post(path, "app", v.app, url.Values{"token": {secret + "x"}, "token_type_hint": {secret}})
	}
	v.post("/oauth/token", secret, v.app, url.Values{"grant_type": {"client_credentials"}})
	v.get("/oauth/authorize?response_type=code&client_id=" + escaped)
	p := v.userAgent(v.t)
	page := p.authorize(nil)
	p.request(http.MethodPost, "/login", url.Values{"flow": {hidden(v.t, page, "flow")}, "username": {secret}, "password": {secret}, "action": {"login"}})
	p.cookies = map[string]string{"__Host-gatehouse_session": secret, "__Host-gatehouse_flow": secret, "__Host-gatehouse_device": secret}
	p.request(http.MethodPost, "/login", url.Values{"flow": {secret}, "username": {"alice"}, "password": {secret}, "action": {"login"}})
}
