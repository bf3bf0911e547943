package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// administered is a server and a caller who may do everything.
func administered(t *testing.T) (*server, string) {
	t.Helper()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
	return s, caller
}

// newest is the last record of the audit log.
func (s *server) newest(caller string) string {
	s.t.Helper()
	var page struct{ Records []json.RawMessage }
	require.NoError(s.t, json.Unmarshal([]byte(s.manage(caller, http.MethodGet, "/audit-logs?limit=1", "").body), &page))
	return string(page.Records[0])
}

// A request that says two things, or something else than its caller meant, is refused and does nothing.
func TestManagementRefusesAmbiguousRequests(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	s.client("app", "--grant-type", "client_credentials", "--access-token-lifetime", "10m")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	alice := s.userID("alice")
	made := s.manage(caller, http.MethodPost, "/webhooks", `{"url":"https://hooks.example.com/"}`)
	require.Equal(t, http.StatusCreated, made.status, made.body)
	hook := strings.TrimPrefix(made.header.Get("Location"), "/api/v1")
	s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"openid"}`)
	described := s.manage(caller, http.MethodPatch, "/oauth/scopes/openid", `{"descriptions":{"de":"Anmelden","fr":"Connexion"}}`)
	require.Equal(t, http.StatusOK, described.status, described.body)
	before := s.newest(caller)
	for _, tc := range []struct{ method, path, body, pointer string }{
		// Names in another case.
		{http.MethodPut, "/users/" + alice, `{"username":"alice","address":{"Locality":"Paris"}}`, "/address/Locality"},
		{http.MethodPost, "/keys/rotate", `{"ALG":"ES256"}`, "/ALG"},
		{http.MethodPost, "/oauth/tokens/bulk-revoke", `{"client_id":"app","User_ID":null}`, "/User_ID"},
		{http.MethodPatch, "/oauth/clients/app", `{"Disabled":true}`, "/Disabled"},
		// One member or property twice.
		{http.MethodPatch, "/oauth/clients/app", `{"disabled":true,"disabled":false}`, ""},
		{http.MethodPatch, "/oauth/clients/app", `{"name":"a","client_name":"b"}`, "/name"},
		{http.MethodPatch, "/oauth/clients/app", `{"scope":"a b","scopes":["a"]}`, "/scope"},
		{http.MethodPost, "/admin/users", `{"username":"bob","phoneNumber":"+442071838750","phone_number":"+442071838751"}`, "/phoneNumber"},
		{http.MethodPost, "/admin/users", `{"username":"bob","enabled":true,"disabled":true}`, "/enabled"},
		{http.MethodPost, "/admin/users", `{"username":"bob","enabled":false,"disabled":false}`, "/enabled"},
		{http.MethodPut, "/admin/users/" + alice, `{"enabled":true,"disabled":true}`, "/enabled"},
		{http.MethodPut, "/admin/users/" + alice, `{"enabled":null,"disabled":true}`, "/enabled"},
		{http.MethodPost, "/oauth/clients", `{"confidential":true,"token_endpoint_auth_method":"none"}`, "/confidential"},
		{http.MethodPatch, "/oauth/clients/app", `{"confidential":false,"token_endpoint_auth_method":"client_secret_basic"}`, "/confidential"},
		{http.MethodPatch, "/oauth/clients/app", `{"jwks":"{\"keys\":[],\"keys\":[]}"}`, "/jwks"},
		{http.MethodPatch, "/oauth/clients/app", `{"client_name":"\ud800"}`, ""},
		{http.MethodPatch, "/admin/users/" + alice + "/password", `{"password":"looking-glass-1","plainPassword":"looking-glass-2"}`, "/plainPassword"},
		// What cannot be changed there.
		{http.MethodPatch, "/oauth/clients/app", `{"client_id":"other"}`, "/client_id"},
		{http.MethodPut, "/oauth/clients/app", `{"client_id":"other","client_name":"x","grant_types":["client_credentials"]}`, "/client_id"},
		{http.MethodPatch, "/oauth/clients/app", `{"client_secret":"0123456789abcdef0123456789abcdef"}`, "/client_secret"},
		{http.MethodPatch, "/users/" + alice, `{"id":"01900000-0000-7000-8000-000000000000"}`, "/id"},
		{http.MethodPatch, "/users/" + alice, `{"id":null}`, "/id"},
		{http.MethodPatch, "/users/" + alice, `{"sub":"other"}`, "/sub"},
		{http.MethodPut, "/users/" + alice, `{"username":"alice","sub":"other"}`, "/sub"},
		{http.MethodPut, "/admin/users/" + alice, `{"id":"01900000-0000-7000-8000-000000000000"}`, "/id"},
		{http.MethodPatch, "/oauth/scopes/openid", `{"name":"other"}`, "/name"},
		{http.MethodPut, "/oauth/scopes/openid", `{"name":"other","description":"x"}`, "/name"},
		{http.MethodPatch, hook, `{"id":"01900000-0000-7000-8000-000000000000"}`, "/id"},
		{http.MethodPut, hook, `{"id":"01900000-0000-7000-8000-000000000000","url":"https://hooks.example.com/"}`, "/id"},
		// Two spellings of a language.
		{http.MethodPatch, "/oauth/scopes/openid", `{"descriptions":{"de":"a","DE":"b"}}`, "/descriptions"},
		{http.MethodPatch, "/oauth/scopes/openid", `{"descriptions":{"DE":"b"}}`, "/descriptions"},
		// Numbers that are not written as whole ones.
		{http.MethodPost, "/oauth/clients/app/secrets", `{"overlap_seconds":1e3}`, "/overlap_seconds"},
		{http.MethodPost, "/oauth/clients/app/secrets", `{"overlap_seconds":1000.0}`, "/overlap_seconds"},
		{http.MethodPost, hook + "/secrets", `{"overlap_seconds":1E3}`, "/overlap_seconds"},
		{http.MethodPatch, "/oauth/clients/app", `{"access_token_lifetime":9e2}`, "/access_token_lifetime"},
		// Numbers whose product with a second overflows to a lifetime that is admitted.
		{http.MethodPatch, "/oauth/clients/app", `{"access_token_lifetime":36893488148}`, "/access_token_lifetime"},
		{http.MethodPatch, "/oauth/clients/app", `{"access_token_lifetime":-36893488147}`, "/access_token_lifetime"},
		// Elements of lists.
		{http.MethodPatch, "/oauth/clients/app", `{"scopes":["a","b c"]}`, "/scopes/1"},
		{http.MethodPatch, "/oauth/clients/app", `{"redirect_uris":["https://a.example/","http://evil.example/"]}`, "/redirect_uris/1"},
		{http.MethodPatch, "/oauth/clients/app", `{"scopes":["gatehouse:client:read"]}`, "/scopes/0"},
		{http.MethodPost, "/oauth/scopes", `{"name":"gatehouse:clients:delete"}`, "/name"},
		{http.MethodPost, "/oauth/consents", `{"client_id":"app","scopes":["a"]}`, "/user_id"},
		// Times that would lose a filter.
		{http.MethodGet, "/audit-logs?until=0001-01-01T00:00:00Z", "", "until"},
		{http.MethodGet, "/audit-logs/export?since=0001-01-01T00:00:00Z", "", "since"},
		{http.MethodGet, "/audit-logs?since=2026-11-01", "", "since"},
	} {
		got := s.manage(caller, tc.method, tc.path, tc.body)
		assert.Equal(t, http.StatusBadRequest, got.status, "%s %s %s: %s", tc.method, tc.path, tc.body, got.body)
		assert.Contains(t, got.body, `"pointer":"`+tc.pointer+`"`, "%s %s", tc.path, tc.body)
		assert.NotContains(t, got.body, "Go struct", tc.body)
	}
	assert.Equal(t, before, s.newest(caller), "nothing was done")

	// What says the same twice is no fault, nor is what a response said.
	for path, body := range map[string]string{
		"/oauth/clients": `{"client_id":"same","name":"x","client_name":"x","scope":"a b","scopes":["a","b"],"grant_types":["client_credentials"],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`,
		"/admin/users":   `{"username":"bob","phoneNumber":"+442071838750","phone_number":"+442071838750","plainPassword":"looking-glass-1","enabled":true,"disabled":false}`,
	} {
		got := s.manage(caller, http.MethodPost, path, body)
		assert.Equal(t, http.StatusCreated, got.status, got.body)
	}
}

// Null takes a value away, also inside an object (RFC 7396), and what identifies a resource may be sent back.
func TestMergePatchesReachIntoObjects(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	alice := s.userID("alice")
	require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"read","descriptions":{"de":"Lesen","fr":"Lire"}}`).status)
	for _, tc := range []struct{ path, body, property, is string }{
		{"/oauth/scopes/read", `{"descriptions":{"de":null},"name":"read"}`, "descriptions", `{"fr":"Lire"}`},
		{"/oauth/scopes/read", `{"descriptions":{"de":"Lesen"}}`, "descriptions", `{"de":"Lesen","fr":"Lire"}`},
		{"/oauth/scopes/read", `{"descriptions":null}`, "descriptions", `{}`},
		{"/users/" + alice, `{"address":{"locality":"Paris","country":"FR"},"id":"` + alice + `"}`, "address", `{"locality":"Paris","country":"FR"}`},
		{"/users/" + alice, `{"address":{"locality":null}}`, "address", `{"country":"FR"}`},
		{"/users/" + alice, `{"address":null}`, "address", `null`},
	} {
		got := s.manage(caller, http.MethodPatch, tc.path, tc.body)
		require.Equal(t, http.StatusOK, got.status, "%s: %s", tc.body, got.body)
		is, err := json.Marshal(got.json(t)[tc.property])
		require.NoError(t, err)
		assert.JSONEq(t, tc.is, string(is), tc.body)
	}
}

// What changes nothing is not recorded, and does not make the versions of others stale.
func TestManagementRecordsChangesOnly(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	s.client("app", "--redirect-uri", "https://app.example.com/cb", "--scope", "openid email")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	alice := s.userID("alice")
	consented := `{"user_id":"` + alice + `","client_id":"app","scopes":["openid","email"]}`
	require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/oauth/consents", consented).status)
	hook := s.manage(caller, http.MethodPost, "/webhooks", `{"url":"https://hooks.example.com/not-for-the-log?token=not-for-the-log"}`)
	require.Equal(t, http.StatusCreated, hook.status, hook.body)
	newest := func() string { return s.newest(caller) }
	before := newest()
	assert.NotContains(t, before, "not-for-the-log")
	for _, tc := range []struct{ method, path, body, read string }{
		{http.MethodPatch, "/oauth/clients/app", `{}`, "/oauth/clients/app"},
		{http.MethodPatch, "/oauth/clients/app", `{"client_name":"app"}`, "/oauth/clients/app"},
		{http.MethodPatch, "/users/" + alice, `{}`, "/users/" + alice},
		{http.MethodPatch, strings.TrimPrefix(hook.header.Get("Location"), "/api/v1"), `{}`, strings.TrimPrefix(hook.header.Get("Location"), "/api/v1")},
		{http.MethodPost, "/oauth/consents", consented, ""},
	} {
		tag := func() string {
			if tc.read == "" {
				return ""
			}
			return s.manage(caller, http.MethodGet, tc.read, "").header.Get("ETag")
		}
		was := tag()
		got := s.manage(caller, tc.method, tc.path, tc.body)
		assert.Less(t, got.status, 300, got.body)
		assert.Equal(t, was, tag(), "%s %s", tc.path, tc.body)
		assert.Equal(t, before, newest(), "%s %s", tc.path, tc.body)
	}
	// A path or a query that changes is recorded, without them.
	path := strings.TrimPrefix(hook.header.Get("Location"), "/api/v1")
	require.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, path, `{"url":"https://hooks.example.com/?token=neither-is-this"}`).status)
	assert.Regexp(t, `"url":\{"before":"https://hooks.example.com/… sha256:[0-9a-f]{12}","after":"https://hooks.example.com/… sha256:[0-9a-f]{12}"\}`, newest())
	assert.NotContains(t, newest(), "neither-is-this")
}

// Each response to a creation says where what was made can be read.
func TestCreationsSayWhereTheResultIs(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	s.client("app", "--redirect-uri", "https://app.example.com/cb", "--scope", "openid email")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	for path, body := range map[string]string{
		"/oauth/clients":  `{"client_id":"client/a","client_name":"x","grant_types":["client_credentials"]}`,
		"/admin/users":    `{"username":"bob"}`,
		"/oauth/scopes":   `{"name":"https://api.example/read"}`,
		"/webhooks":       `{"url":"https://hooks.example.com/"}`,
		"/oauth/consents": `{"user_id":"` + s.userID("alice") + `","client_id":"app","scopes":["email"]}`,
	} {
		made := s.manage(caller, http.MethodPost, path, body, "Idempotency-Key", "k"+strings.ReplaceAll(path, "/", "-"))
		require.Equal(t, http.StatusCreated, made.status, "%s: %s", path, made.body)
		location := made.header.Get("Location")
		read := s.manage(caller, http.MethodGet, strings.TrimPrefix(location, "/api/v1"), "")
		assert.Equal(t, http.StatusOK, read.status, "%s: %s", location, read.body)
		again := s.manage(caller, http.MethodPost, path, body, "Idempotency-Key", "k"+strings.ReplaceAll(path, "/", "-"))
		assert.Equal(t, location, again.header.Get("Location"))
	}
}

// What is done to everything of somebody who does not exist would look done.
func TestManagementNamesTheIDThatIsUnknown(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	s.client("app", "--redirect-uri", "https://app.example.com/cb", "--scope", "openid email")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	alice, nobody := s.userID("alice"), "019cb73d-3593-73be-a4fd-614dade3b018"
	for _, tc := range []struct{ method, path, body, want string }{
		{http.MethodPost, "/oauth/tokens/bulk-revoke", `{"client_id":"ap"}`, "/client_id: there is no such client"},
		{http.MethodPost, "/oauth/tokens/bulk-revoke", `{"client_id":"app","user_id":"` + nobody + `"}`, "/user_id: there is no such user"},
		{http.MethodDelete, "/oauth/sessions?user_id=" + nobody, "", "user_id: there is no such user"},
		{http.MethodPost, "/oauth/consents", `{"client_id":"ap","user_id":"` + alice + `","scopes":["email"]}`, "/client_id: there is no such client"},
		{http.MethodPost, "/oauth/consents", `{"client_id":"app","user_id":"` + nobody + `","scopes":["email"]}`, "/user_id: there is no such user"},
	} {
		got := s.manage(caller, tc.method, tc.path, tc.body)
		assert.Equal(t, http.StatusNotFound, got.status, got.body)
		assert.Contains(t, got.body, tc.want)
	}
}

// A page of another site must not administer with credentials that a browser remembers.
func TestManagementRefusesRequestsOfOtherSites(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		got := s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"evil"}`, headers...)
		assert.Equal(t, http.StatusForbidden, got.status, "%v: %s", headers, got.body)
		assert.Contains(t, got.body, "another site")
	}
	assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/oauth/scopes/evil", "").status)
	for i, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", s.url}, {"Sec-Fetch-Site", "none"}} {
		got := s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"ours-`+string(rune('a'+i))+`"}`, headers...)
		assert.Equal(t, http.StatusCreated, got.status, "%v: %s", headers, got.body)
	}
}

// A refusal for lack of authority names the scope that is missing.
func TestManagementNamesTheScopeThatIsMissing(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	low := basic("low", s.manager("low", audit.WriteScope("users"), audit.ReadScope("users")))
	s.soon(func() bool { return s.manage(low, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
	refused := s.manage(low, http.MethodPost, "/admin/users", `{"username":"mallory","roles":["admin"]}`)
	assert.Equal(t, http.StatusForbidden, refused.status)
	assert.Contains(t, refused.body, "gatehouse:clients:read")
	made := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"root2","roles":["admin"]}`)
	assert.Equal(t, http.StatusCreated, made.status, "the scopes that operations need are enough: %s", made.body)
}

// Records may be large. A page ends when it is, and the next one goes on.
func TestPagesOfRecordsAreBounded(t *testing.T) {
	t.Parallel()
	s, caller := administered(t)
	long := make([]string, 100)
	for i := range long {
		long[i] = `"https://app.example.com/` + strings.Repeat("x", 1900) + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `"`
	}
	uris := strings.Join(long, ",")
	made := s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_id":"big","redirect_uris":[`+uris+`]}`)
	require.Equal(t, http.StatusCreated, made.status, made.body)
	for i := range 30 { // half a megabyte each: before and after
		turned := strings.Join(append(long[i+1:], long[:i+1]...), ",")
		got := s.manage(caller, http.MethodPatch, "/oauth/clients/big", `{"redirect_uris":[`+turned+`]}`)
		require.Equal(t, http.StatusOK, got.status, got.body)
	}
	for _, path := range []string{"/audit-logs?client_id=big&limit=1000", "/audit-logs/export?limit=10000"} {
		seen, pages, cursor := 0, 0, ""
		for {
			page := s.manage(caller, http.MethodGet, path+cursor, "")
			require.Equal(t, http.StatusOK, page.status)
			seen += strings.Count(page.body, `"client.update"`)
			pages++
			var list struct {
				Next string `json:"next_cursor"`
			}
			next := page.header.Get("Next-Cursor")
			if json.Unmarshal([]byte(page.body), &list) == nil && list.Next != "" {
				next = list.Next
			}
			if next == "" {
				break
			}
			cursor = "&cursor=" + next
		}
		assert.Equal(t, 30, seen, path)
		assert.Greater(t, pages, 1, path)
	}
}
