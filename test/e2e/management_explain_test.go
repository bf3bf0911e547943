package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// explanation is what gatehouse explain --json says.
type explanation struct {
	Check, Field, Expected, Received, Fix, Command string
	ClientID                                       string `json:"client_id"`
}

// explained reads the explanation of a refusal, which must be the same in the management API.
func (s *server) explained(got response, reader string) explanation {
	s.t.Helper()
	_, address, ok := strings.Cut(got.body, `"error_uri":"`)
	require.True(s.t, ok, got.body)
	address, _, _ = strings.Cut(address, `"`)
	out := s.command("explain", "--json", address)
	var e, viaAPI explanation
	require.NoError(s.t, json.Unmarshal(out, &e))
	read := s.manage(reader, http.MethodGet, "/errors/"+address[strings.LastIndexByte(address, '/')+1:], "")
	require.Equal(s.t, http.StatusOK, read.status, read.body)
	require.NoError(s.t, json.Unmarshal([]byte(read.body), &viaAPI))
	assert.Equal(s.t, e, viaAPI)
	return e
}

// Whoever runs the server learns from the id of a refusal by the management API what the caller
// lacked, and the command that gives it.
func TestExplainedManagementRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	all := []string{"gatehouse:clients:read", "gatehouse:clients:write", "gatehouse:scopes:read", "gatehouse:scopes:write", "gatehouse:errors:read", "gatehouse:users:write"}
	ops := basic("ops", s.manager("ops", all...))
	lowSecret := s.manager("low", "gatehouse:clients:read", "gatehouse:clients:write")
	low := basic("low", lowSecret)
	strangerSecret := s.client("stranger", "--grant-type", "client_credentials", "--scope", "gatehouse:keys:read read", "--audience", "https://api.example.com")
	s.soon(func() bool {
		return s.manage(ops, http.MethodGet, "/oauth/scopes", "").status == http.StatusOK && s.manage(low, http.MethodGet, "/oauth/clients", "").status == http.StatusOK
	}, "the clients are unknown")
	bearer := func(id, secret string, form url.Values) string { return "Bearer " + s.token(id, secret, form) }
	inspect := func(got response, status int) explanation {
		t.Helper()
		require.Equal(t, status, got.status, got.body)
		return s.explained(got, ops)
	}

	e := inspect(s.manage(ops, http.MethodGet, "/oauth/clients/nobody", ""), http.StatusNotFound)
	assert.Equal(t, "no_such_resource", e.Check)
	assert.Equal(t, "ops", e.ClientID)
	assert.Empty(t, e.Command)
	assert.Equal(t, "not_found", inspect(s.manage(ops, http.MethodGet, "/no-such-operation", ""), http.StatusNotFound).Check, "a path that is not served is another case")

	e = inspect(s.manage(ops, http.MethodPatch, "/oauth/scopes/read", `{"description":"x"}`, "If-Match", `"of-yesterday"`), http.StatusPreconditionFailed)
	assert.Equal(t, []string{"if_match", "if_match", "ops", `"of-yesterday"`}, []string{e.Check, e.Field, e.ClientID, e.Received})

	e = inspect(s.manage(ops, http.MethodPost, "/oauth/scopes", `{"name":"read"}`), http.StatusConflict)
	assert.Equal(t, "conflict", e.Check)

	e = inspect(s.manage(ops, http.MethodPost, "/oauth/clients", `{"redirect_uris":["javascript:hunter2()"],"grant_types":["hunter2"]}`), http.StatusBadRequest)
	assert.Equal(t, []string{"invalid_fields", "ops", "/grant_types/0, /redirect_uris/0"}, []string{e.Check, e.ClientID, e.Received})
	assert.Contains(t, e.Expected, "is not a grant type")

	e = inspect(s.manage(low, http.MethodGet, "/oauth/scopes", ""), http.StatusForbidden)
	assert.Equal(t, explanation{
		Check: "management_scope", ClientID: "low", Field: "scope", Expected: "gatehouse:scopes:read", Received: "gatehouse:clients:read, gatehouse:clients:write",
		Fix: e.Fix, Command: "gatehouse client update low --add-scope 'gatehouse:scopes:read'",
	}, e)

	e = inspect(s.manage(bearer("low", lowSecret, url.Values{"audience": {managementAudience}, "scope": {"gatehouse:clients:read"}}), http.MethodPost, "/oauth/clients", `{}`), http.StatusForbidden)
	assert.Equal(t, []string{"management_token_scope", "gatehouse:clients:write", "gatehouse:clients:read", ""}, []string{e.Check, e.Expected, e.Received, e.Command})

	e = inspect(s.manage(low, http.MethodPost, "/oauth/clients", `{"client_id":"more","client_name":"More","grant_types":["client_credentials"],"scope":"gatehouse:keys:write"}`), http.StatusForbidden)
	assert.Equal(t, []string{"management_authority", "low", "gatehouse:keys:write", "gatehouse client update low --add-scope 'gatehouse:keys:write'"}, []string{e.Check, e.ClientID, e.Expected, e.Command})

	e = inspect(s.manage(bearer("stranger", strangerSecret, url.Values{"audience": {"https://api.example.com"}, "scope": {"read"}}), http.MethodGet, "/keys", ""), http.StatusUnauthorized)
	assert.Equal(t, []string{"management_audience", managementAudience, "https://api.example.com"}, []string{e.Check, e.Expected, e.Received})
	require.Equal(t, "gatehouse client update stranger --add-audience '"+managementAudience+"'", e.Command)
	s.command("client", "update", "stranger", "--add-audience", managementAudience)
	s.soon(func() bool {
		got := s.post("/oauth/token", "stranger", strangerSecret, url.Values{"grant_type": {"client_credentials"}, "audience": {managementAudience}, "scope": {"gatehouse:keys:read"}})
		return got.status == http.StatusOK && s.manage("Bearer "+got.json(t)["access_token"].(string), http.MethodGet, "/keys", "").status == http.StatusOK
	}, "the command does not let the next request through")

	e = inspect(s.manage(bearer("low", lowSecret, url.Values{"scope": {"gatehouse:clients:read"}}), http.MethodGet, "/oauth/clients", ""), http.StatusUnauthorized)
	assert.Equal(t, []string{"access_token_audience", managementAudience, "", ""}, []string{e.Check, e.Expected, e.Received, e.Command}, "it is registered, and must ask")

	got := s.manage(ops, http.MethodPost, "/oauth/scopes", "name=read", "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, "json_content_type", inspect(got, http.StatusUnsupportedMediaType).Check)
}

// A user needs the role, and a client through which users administer: the explanation says which is
// missing.
func TestExplainedRefusalsOfAdministrators(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	reader := basic("reader", s.manager("reader", "gatehouse:errors:read"))
	s.stdin("wonderland\n", "user", "create", "root", "--role", "admin", "--password-stdin")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	backend := s.client("support", "--grant-type", "password", "--first-party", "--client-type", "backend", "--scope", "openid")
	web := s.client("site", "--grant-type", "password", "--first-party", "--client-type", "web", "--scope", "openid")
	s.soon(func() bool { return s.manage(reader, http.MethodGet, "/errors/x", "").status == http.StatusNotFound }, "the client is unknown")
	for _, tc := range []struct{ id, secret, user, check, fix string }{
		{"support", backend, "alice", "management_user", "gatehouse user set-roles"},
		{"site", web, "root", "management_client", "of type backend, with a grant type by which users sign in"},
		{"site", web, "alice", "management_client", "of type backend"},
	} {
		got := s.post("/oauth/token", tc.id, tc.secret, url.Values{"grant_type": {"password"}, "username": {tc.user}, "password": {"wonderland"}, "scope": {"openid"}})
		require.Equal(t, http.StatusOK, got.status, got.body)
		got = s.manage("Bearer "+got.json(t)["access_token"].(string), http.MethodGet, "/keys", "")
		require.Equal(t, http.StatusForbidden, got.status, got.body)
		e := s.explained(got, reader)
		assert.Equal(t, []string{tc.check, tc.id, "gatehouse:keys:read", ""}, []string{e.Check, e.ClientID, e.Expected, e.Command})
		assert.Contains(t, e.Fix, tc.fix)
	}
}

// What a caller sent may be a secret in the wrong place: the record of a refusal names fields, and
// has no value of any.
func TestExplanationsHoldNoValues(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	ops := basic("ops", s.manager("ops", "gatehouse:clients:read", "gatehouse:clients:write", "gatehouse:errors:read", "gatehouse:users:write", "gatehouse:tokens:write", "gatehouse:scopes:write", "gatehouse:webhooks:write"))
	s.soon(func() bool { return s.manage(ops, http.MethodGet, "/oauth/clients", "").status == http.StatusOK }, "the client is unknown")
	const secret = "hunter2hunter2hunter2hunter2hunter2hunter2"
	for _, r := range []struct{ method, path, body string }{
		{http.MethodPost, "/oauth/clients", `{"grant_types":["` + secret + `"],"redirect_uris":["` + secret + `"],"scope":"\"` + secret + `\"","client_id":"` + secret + ` "}`},
		{http.MethodPost, "/oauth/clients", `{"audience":["x ` + secret + `\" ` + secret + `"],"client_name":{"` + secret + `":1}}`},
		{http.MethodPost, "/oauth/clients", `{"` + secret + `":1}`},
		{http.MethodPost, "/oauth/clients", `{"client_id":"a","client_id":"` + secret + `"}`},
		{http.MethodPost, "/oauth/clients", `{"` + secret + `":1,"` + secret + `":2}`},
		{http.MethodPost, "/oauth/clients", `{"client_type":"` + secret + `"}`},
		{http.MethodPost, "/oauth/clients", secret},
		{http.MethodPost, "/oauth/scopes", `{"name":"` + secret + ` \\","descriptions":{"` + secret + `":"x"}}`},
		{http.MethodPost, "/oauth/tokens/revoke", `{"id":"` + secret + `"}`},
		{http.MethodPost, "/admin/users", `{"username":"a","plainPassword":"` + secret + `","email":"` + secret + `"}`},
		{http.MethodPost, "/webhooks", `{"url":"https://user:` + secret + `@example.com/"}`},
		{http.MethodGet, "/oauth/clients?cursor=" + secret, ""},
		{http.MethodGet, "/oauth/clients?" + secret + "=1", ""},
	} {
		got := s.manage(ops, r.method, r.path, r.body)
		require.Equal(t, http.StatusBadRequest, got.status, "%s %s: %s", r.path, r.body, got.body)
		e := s.explained(got, ops)
		shown := strings.Join([]string{e.Expected, e.Received, e.Fix, e.Command}, " ")
		assert.NotContains(t, shown, "hunter2hunter2hunter2", "%s %s: %+v", r.path, r.body, e)
		assert.Equal(t, "invalid_fields", e.Check)
		assert.NotEmpty(t, e.Received, r.body)
	}
}
