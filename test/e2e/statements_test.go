package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The number of SQL statements of a request with a cached client, including BEGIN and COMMIT, as
// logged for the request.
func TestStatementsOfTheHotPaths(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		jwt := s.client("reports", "--grant-type", "client_credentials", "--access-token-format", "jwt")
		time.Sleep(2500 * time.Millisecond) // until the server has loaded the new clients
		s.token("billing", secret, nil)
		s.token("reports", jwt, nil)

		ask := func(path, id, secret string, form url.Values) response {
			got := s.post(path, id, secret, form)
			require.Equal(t, http.StatusOK, got.status, got.body)
			return got
		}
		grant := url.Values{"grant_type": {"client_credentials"}}
		issued := ask("/oauth/token", "billing", secret, grant)
		assert.Equal(t, 1, s.statements(issued), "client credentials")
		assert.Equal(t, 1, s.statements(ask("/oauth/token", "reports", jwt, grant)), "client credentials, JWT")
		token := url.Values{"token": {issued.json(t)["access_token"].(string)}}
		assert.Equal(t, 1, s.statements(ask("/oauth/introspect", "billing", secret, token)), "introspection")
		assert.LessOrEqual(t, s.statements(ask("/oauth/revoke", "billing", secret, token)), 3, "revocation")
		assert.Equal(t, 0, s.statements(ask("/oauth/introspect", "billing", secret, url.Values{"token": {"noise"}})), "noise")
		for method, form := range map[string]url.Values{http.MethodOptions: {}, http.MethodPost: {"client_id": {"billing"}}} {
			r, err := http.NewRequest(method, s.url+"/oauth/token", strings.NewReader(form.Encode()))
			require.NoError(t, err)
			r.Header.Set("Origin", "https://evil.example")
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			assert.Equal(t, 0, s.statements(s.send(r)), "%s of a cross-origin script", method)
		}
		for _, path := range []string{"/.well-known/openid-configuration", "/oauth/jwks", "/.well-known/oauth-authorization-server"} {
			assert.Equal(t, 0, s.statements(s.get(path)), path)
		}
	})
}

// statements returns the number of statements in the log line of a request.
func (s *server) statements(a response) int {
	s.t.Helper()
	id := a.header.Get("X-Request-Id")
	require.NotEmpty(s.t, id)
	var line struct {
		RequestID  string `json:"request_id"`
		Statements int    `json:"statements"`
	}
	require.Eventually(s.t, func() bool {
		for text := range strings.SplitSeq(s.log.String(), "\n") {
			if strings.Contains(text, id) {
				return json.Unmarshal([]byte(text), &line) == nil && line.RequestID == id
			}
		}
		return false
	}, time.Second, 5*time.Millisecond)
	return line.Statements
}
