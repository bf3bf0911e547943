package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the operator's own clients may have fetched from private hosts, a client that registered itself may not.
func TestSelfRegisteredClientsReachNothingBehindTheFirewall(t *testing.T) {
	t.Parallel()
	inside := newLogoHost(t)
	s := startWith(t, sqliteFile(t), append(inside.outboundSettings(t), "GATEHOUSE_CLIENT_REGISTRATION=open", "GATEHOUSE_REQUEST_OBJECTS=request,request_uri")...)
	properties := func(more map[string]any) string {
		all := map[string]any{
			"client_name": "Notes", "redirect_uris": []string{callback}, "logo_uri": inside.URL + "/logo.png", "request_uris": []string{inside.URL + "/object", inside.URL + "/later"},
			"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": inside.URL + "/jwks", "backchannel_logout_uri": inside.URL + "/out",
		}
		for name, value := range more {
			all[name] = value
		}
		text, err := json.Marshal(all)
		require.NoError(t, err)
		return string(text)
	}
	refused := s.own(http.MethodPost, "/oauth/register", "", properties(map[string]any{"subject_type": "pairwise", "sector_identifier_uri": inside.URL + "/sector"}))
	assert.Equal(t, http.StatusBadRequest, refused.status, "sector_identifier_uri")
	made := s.own(http.MethodPost, "/oauth/register", "", properties(nil))
	require.Equal(t, http.StatusCreated, made.status, made.body)
	id := made.json(t)["client_id"].(string)

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, s.post("/oauth/token", "", "", assertionOf(t, id, "k1", "1", key)).status, "jwks_uri")
	p := s.userAgent(t)
	object := func(path string) string {
		return "/oauth/authorize?" + authorizeParams(url.Values{"client_id": {id}, "request_uri": {inside.URL + path}}).Encode()
	}
	assert.Contains(t, p.open(object("/object")).body, "return-continue", "request_uri")

	s.command("client", "update", id, "--trust", "verified")
	ask := url.Values{"client_id": {id}, "scope": {"openid"}}
	var page response
	s.soon(func() bool { page = p.authorize(ask); return logoLink.MatchString(page.body) }, "verified")
	assert.NotEqual(t, http.StatusOK, p.open(logoLink.FindStringSubmatch(page.body)[1]).status, "logo_uri")
	require.Contains(t, returned(t, p.agree(p.follow(p.login(page, "wonderland")), false)), "code")
	p.confirm(p.logout(nil))
	s.soon(func() bool {
		return strings.Contains(string(s.command("client", "logouts", id, "--json")), "refused_address")
	}, "backchannel_logout_uri")
	assert.Empty(t, inside.requests())

	s.command("client", "update", id, "--trust", "operator")
	s.soon(func() bool { p.open(object("/later")); return len(inside.requests()) > 0 }, "it is the operator's own now")
}
