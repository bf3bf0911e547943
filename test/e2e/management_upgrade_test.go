package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// What an administrator got from a client that did not administer must not administer later: whoever
// may change such clients could have prepared one, or have kept the tokens.
func TestOlderTokensDoNotAdminister(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("manager", s.manager("manager", audit.AllScopes()...))
		s.stdin("wonderland\n", "user", "create", "root", "--role", "admin", "--password-stdin")
		type issued struct{ access, refresh string }
		secrets, older := map[string]string{}, map[string]issued{}
		signIn := func(id string) issued {
			form := url.Values{"grant_type": {"password"}, "username": {"root"}, "password": {"wonderland"}, "scope": {"openid offline_access"}}
			got := s.post("/oauth/token", id, secrets[id], form)
			require.Equal(t, http.StatusOK, got.status, got.body)
			tokens := got.json(t)
			return issued{tokens["access_token"].(string), tokens["refresh_token"].(string)}
		}
		manages := func(access string) int { return s.manage("Bearer "+access, http.MethodGet, "/users", "").status }
		for _, id := range []string{"by-cli", "by-api", "by-steps"} {
			secrets[id] = s.client(id, "--grant-type", "password", "--grant-type", "refresh_token", "--first-party", "--client-type", "web", "--scope", "openid offline_access")
			older[id] = signIn(id)
			require.Equal(t, http.StatusForbidden, manages(older[id].access), id)
		}
		change := func(body string) {
			got := s.manage(caller, http.MethodPatch, "/oauth/clients/by-steps", body)
			require.Equal(t, http.StatusOK, got.status, got.body)
		}
		s.command("client", "update", "by-cli", "--client-type", "backend")
		require.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, "/oauth/clients/by-api", `{"client_type":"backend"}`).status)
		change(`{"client_type":"backend","grant_types":["client_credentials"]}`)
		change(`{"grant_types":["password","refresh_token"]}`)

		for id, tokens := range older {
			s.soon(func() bool { return manages(signIn(id).access) == http.StatusOK }, id+" administers")
			assert.Equal(t, http.StatusUnauthorized, manages(tokens.access), id)
			refreshed := s.post("/oauth/token", id, secrets[id], url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.refresh}})
			assert.Equal(t, "invalid_grant", refreshed.json(t)["error"], id)
		}

		// Another change ends nothing.
		later := signIn("by-api")
		require.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, "/oauth/clients/by-api", `{"client_name":"Support"}`).status)
		assert.Equal(t, http.StatusOK, manages(later.access))
	})
}
