package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// The command line with --json and the management API give the same thing the same name. Properties
// without a value may be missing in either.
func TestCommandLineAndManagementAPIUseTheSameNames(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("manager", s.manager("manager", audit.AllScopes()...))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--phone", "+442071838750", "--name", "Alice", "--password-stdin")
	first := s.client("first", "--grant-type", "password", "--grant-type", "refresh_token", "--first-party", "--scope", "openid offline_access")
	s.command("webhook", "create", "https://crm.example.com/")
	s.command("consent", "create", "alice", "first", "--scope", "openid")
	s.command("key", "rotate", "--alg", "ES256", "--in", "0s")
	s.soon(func() bool {
		return s.post("/oauth/token", "first", first, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wonderland"}, "scope": {"openid"}}).status == http.StatusOK
	}, "no token")

	hook := s.objects(s.command("webhook", "list", "--json"), "")[0]["id"].(string)
	for name, tc := range map[string]struct {
		command, path, list string
		commandOnly         []string
		apiOnly             []string
	}{
		"keys":       {"key list", "/keys", "keys", nil, nil},
		"clients":    {"client list", "/oauth/clients", "clients", []string{"secrets"}, nil},
		"secrets":    {"client secret list manager", "/oauth/clients/manager/secrets", "secrets", nil, nil},
		"users":      {"user list", "/users", "users", nil, nil},
		"scopes":     {"scope list", "/oauth/scopes", "scopes", nil, nil},
		"consents":   {"consent list", "/oauth/consents", "consents", nil, nil},
		"tokens":     {"token list", "/oauth/tokens", "tokens", nil, nil},
		"limits":     {"limit list", "/oauth/rate-limits", "limits", nil, nil},
		"webhooks":   {"webhook list", "/webhooks", "webhooks", nil, nil},
		"deliveries": {"webhook deliveries " + hook, "/webhooks/" + hook + "/deliveries", "deliveries", nil, nil},
		"audit":      {"audit list", "/audit-logs", "records", nil, nil},
	} {
		printed := s.objects(s.command(append(strings.Fields(tc.command), "--json")...), "")
		got := s.manage(caller, http.MethodGet, tc.path, "")
		require.Equal(t, http.StatusOK, got.status, "%s: %s", name, got.body)
		sent := s.objects([]byte(got.body), tc.list)
		require.NotEmpty(t, sent, name)
		assert.Empty(t, without(namesIn(printed), append(namesIn(sent), tc.commandOnly...)), "%s: only the command line has", name)
		assert.Empty(t, without(namesIn(sent), append(namesIn(printed), tc.apiOnly...)), "%s: only the API has", name)
	}

	// So do responses that say how much was ended.
	ended := s.manage(caller, http.MethodDelete, "/oauth/sessions?user_id="+s.userID("alice"), "").json(t)
	assert.Equal(t, []map[string]any{ended}, s.objects(s.command("session", "end", "--user", "alice", "--json"), ""))
	revoked := s.manage(caller, http.MethodPost, "/oauth/tokens/bulk-revoke", `{"scope":"openid"}`).json(t)
	assert.Equal(t, map[string]any{"grants_ended": 1.0, "tokens_ended": 1.0}, revoked)
	byCommand := s.objects(s.command("token", "revoke", "--scope", "openid", "--yes", "--json"), "")[0]
	assert.Equal(t, []string{"grants_ended", "scope", "tokens_ended"}, slices.Sorted(maps.Keys(byCommand)))
	named := s.manage(caller, http.MethodGet, "/oauth/clients/first/users", "").json(t)
	assert.Equal(t, named, s.objects(s.command("client", "users", "list", "first", "--json"), "")[0])
}

// objects reads a JSON array, an object, or the array in a property of one.
func (s *server) objects(text []byte, property string) (list []map[string]any) {
	s.t.Helper()
	if property != "" {
		var page map[string]json.RawMessage
		require.NoError(s.t, json.Unmarshal(text, &page), string(text))
		text = page[property]
	}
	if strings.HasPrefix(string(text), "{") {
		text = append(append([]byte{'['}, text...), ']')
	}
	require.NoError(s.t, json.Unmarshal(text, &list), string(text))
	return list
}

// namesIn are the names of the properties that have a value.
func namesIn(list []map[string]any) []string {
	names := map[string]bool{}
	for _, object := range list {
		for name, value := range object {
			if value == nil || value == "" || value == 0.0 {
				continue
			}
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func without(list, of []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(of, name) })
}
