package e2e_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

const managementAudience = issuer + "/api/v1"

// manager returns the secret of a client that has the management scopes.
func (s *server) manager(id string, scopes ...string) string {
	s.t.Helper()
	return s.client(id, "--grant-type", "client_credentials", "--scope", strings.Join(scopes, " "), "--audience", managementAudience)
}

// manage calls the management API. A body that is not empty is JSON.
func (s *server) manage(authorization, method, path, body string, headers ...string) response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/api/v1"+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.send(r)
}

func basic(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

// Tokens are for the management API by name, and a user with the role admin acts through a client of
// type backend.
func TestManagementTokensNameTheAPI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.manager("ops", "gatehouse:keys:read")
		s.stdin("wonderland\n", "user", "create", "root", "--role", "admin", "--password-stdin")
		s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
		backend := s.client("support", "--grant-type", "password", "--first-party", "--client-type", "backend", "--scope", "openid")
		web := s.client("site", "--grant-type", "password", "--first-party", "--client-type", "web", "--scope", "openid")
		get := func(token string) int { return s.manage("Bearer "+token, http.MethodGet, "/keys", "").status }
		s.soon(func() bool {
			return s.manage(basic("ops", secret), http.MethodGet, "/keys", "").status == http.StatusOK
		}, "the client is unknown")

		assert.Equal(t, http.StatusOK, get(s.token("ops", secret, url.Values{"audience": {managementAudience}, "scope": {"gatehouse:keys:read"}})))
		assert.Equal(t, http.StatusUnauthorized, get(s.token("ops", secret, url.Values{"scope": {"gatehouse:keys:read"}})), "a resource server could replay it")
		by := func(id, secret, user string) string {
			got := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"password"}, "username": {user}, "password": {"wonderland"}, "scope": {"openid"}})
			require.Equal(t, http.StatusOK, got.status, got.body)
			return got.json(t)["access_token"].(string)
		}
		admin := by("support", backend, "root")
		assert.Equal(t, http.StatusOK, get(admin))
		assert.Equal(t, http.StatusForbidden, get(by("support", backend, "alice")))
		site := by("site", web, "root")
		assert.Equal(t, http.StatusForbidden, get(site), "not through a client that browsers use")
		s.command("client", "update", "site", "--client-type", "backend", "--grant-type", "client_credentials")
		time.Sleep(3 * time.Second) // until the server has loaded the change
		assert.Equal(t, http.StatusForbidden, get(site), "whoever may change clients must not make an administration of one that users signed in to")
		s.command("user", "set-roles", "root")
		assert.Equal(t, http.StatusForbidden, get(admin), "the role was withdrawn")
		s.command("user", "disable", "root")
		assert.Equal(t, http.StatusUnauthorized, get(admin))
	})
}

// A filter that is malformed or ambiguous is refused: without it the list would contain more than was
// asked for.
func TestManagementQueriesAreReadCompletely(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.run()
		caller := basic("manager", s.manager("manager", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		require.Contains(t, s.manage(caller, http.MethodGet, "/audit-logs", "").body, `"action"`)
		for query, status := range map[string]int{
			"actor=a%3Bb":                          http.StatusOK,
			"actor=a;b":                            http.StatusOK, // data, as in every other query
			"actor=a;nonsense=1":                   http.StatusOK,
			"nonsense=1":                           http.StatusBadRequest,
			"actor=%zz":                            http.StatusBadRequest,
			"actor=%ff":                            http.StatusBadRequest,
			"actor=%00":                            http.StatusBadRequest,
			"actor=a&actor=b":                      http.StatusBadRequest,
			"actor=&actor=b":                       http.StatusBadRequest,
			"actor=" + strings.Repeat("x", 17<<10): http.StatusBadRequest,
		} {
			got := s.manage(caller, http.MethodGet, "/audit-logs?"+query, "")
			assert.Equal(t, status, got.status, "%.30s: %.200s", query, got.body)
			assert.NotContains(t, got.body, `"action"`, query)
		}
	})
}

// No identifier or text that a caller sends makes the server fail.
func TestManagementRefusesWhatNoDatabaseStores(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.run()
		caller := basic("manager", s.manager("manager", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		for _, text := range []string{"%00", "a%00b", "%ff", "%c3%28"} {
			for _, op := range s.operations() {
				path := parameter.ReplaceAllString(op.path, text)
				got := s.manage(caller, op.method, path, "")
				assert.Less(t, got.status, http.StatusInternalServerError, "%s %s: %s", op.method, path, got.body)
			}
		}
		for body, path := range map[string]string{
			`{"client_id":"a\u0000b","client_name":"x"}`:            "/oauth/clients",
			`{"client_id":"nul","client_name":"a\u0000b"}`:          "/oauth/clients",
			"{\"client_id\":\"broken\",\"client_name\":\"a\xffb\"}": "/oauth/clients",
			`{"client_id":"`: "/oauth/clients",
			`[]`:             "/oauth/clients",
			`null`:           "/oauth/clients",
			`{"name":"nul","description":"a\u0000b"}`:          "/oauth/scopes",
			"{\"name\":\"broken\",\"description\":\"a\xffb\"}": "/oauth/scopes",
		} {
			got := s.manage(caller, http.MethodPost, path, body)
			assert.Equal(t, http.StatusBadRequest, got.status, "%q: %s", body, got.body)
		}
		for _, id := range []string{"\x00", "a\x00b", "\xff"} {
			path := "/logo/" + base64.RawURLEncoding.EncodeToString([]byte(id)) + "/0000000000000000"
			assert.Equal(t, http.StatusNotFound, s.get(path).status, path)
		}
	})
}
