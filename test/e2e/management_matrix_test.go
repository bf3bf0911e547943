package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// operation is one of the OpenAPI document.
type operation struct {
	id, method, path, scope string
	statuses                []string
	// example is a valid body; empty: it has none.
	example string
}

// operations are those of the document of the management API, which a test proves to be the route
// table.
func (s *server) operations() []operation {
	s.t.Helper()
	var document struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]any
			Security    []map[string][]string
			RequestBody struct {
				Content map[string]struct{ Example any }
			}
		}
	}
	got := s.get("/api/v1/openapi.json")
	require.Equal(s.t, http.StatusOK, got.status)
	require.Equal(s.t, "public, max-age=300", got.header.Get("Cache-Control"))
	require.NotEmpty(s.t, got.header.Get("ETag"))
	require.NoError(s.t, json.Unmarshal([]byte(got.body), &document))
	require.Equal(s.t, "3.1.0", document.OpenAPI)
	require.True(s.t, strings.HasSuffix(document.Servers[0].URL, "/api/v1"))
	var list []operation
	for path, methods := range document.Paths {
		for method, described := range methods {
			op := operation{id: described.OperationID, method: strings.ToUpper(method), path: path}
			for _, s := range described.Security {
				if scopes := s["bearer"]; len(scopes) > 0 {
					op.scope = scopes[0]
				}
			}
			for status := range described.Responses {
				op.statuses = append(op.statuses, status)
			}
			if body, ok := described.RequestBody.Content["application/json"]; ok {
				op.example = "{}"
				if body.Example != nil {
					text, err := json.Marshal(body.Example)
					require.NoError(s.t, err)
					op.example = string(text)
				}
			}
			list = append(list, op)
		}
	}
	return list
}

var parameter = regexp.MustCompile(`\{[^}]+\}`)

const nothing = "01900000-0000-7000-8000-000000000000"

// unknown is the path of something that does not exist.
func (op operation) unknown() string { return parameter.ReplaceAllString(op.path, nothing) }

// forAnyone are operations that need no credentials, by id.
func forAnyone() []string {
	return []string{
		"register", "confirm-registration", "resend-confirmation", "verify-email", "forgot-password", "reset-forgotten-password", "reset-password",
		"change-own-password", "request-contact", "confirm-contact", "change-own-profile", "accept-invitation",
	}
}

// caller is a role in the matrix: who calls, and with which result. Allowed means any but 401 and 403.
type caller struct {
	authorization string
	want          int
}

const allowed = 0

// Every operation of the document, and so of the route table, is for callers with its scope and for no
// others.
func TestManagementRolesAndRoutes(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=off") // many refused calls from one address
		s.run()
		everything := s.manager("everything", audit.AllScopes()...)
		operations := s.operations()
		require.Greater(t, len(operations), 20)
		roles, scopes := s.managementRoles(everything)
		for _, op := range operations {
			if op.scope == "" {
				assert.Contains(t, forAnyone(), op.id, "%s %s needs no scope", op.method, op.path)
				continue
			}
			require.Contains(t, audit.AllScopes(), op.scope, op.path)
			matrix := map[string]caller{}
			for name, role := range roles {
				matrix[name] = role
			}
			for scope, authorization := range scopes {
				want := http.StatusForbidden
				if scope == op.scope {
					want = allowed
				}
				matrix["a client with "+scope] = caller{authorization[0], want}
				if want == allowed || scope == audit.AllScopes()[0] {
					matrix["a token with "+scope] = caller{authorization[1], want}
				}
			}
			for name, role := range matrix {
				got := s.manage(role.authorization, op.method, op.unknown(), op.example)
				what := op.method + " " + op.path + " by " + name + ": " + got.body[:min(len(got.body), 160)]
				assert.Contains(t, op.statuses, strconv.Itoa(got.status), "as the document says: %s", what)
				assert.NotContains(t, got.header.Get("WWW-Authenticate"), "Basic", "browsers show a dialog: %s", what)
				if role.want == allowed {
					assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.status, what)
				} else {
					assert.Equal(t, role.want, got.status, what)
				}
				if role.want == http.StatusUnauthorized {
					assert.NotEmpty(t, got.header.Get("WWW-Authenticate"), what)
				}
			}
			if strings.Contains(op.path, "{") {
				got := s.manage(basic("everything", everything), op.method, op.unknown(), op.example)
				assert.Equal(t, http.StatusNotFound, got.status, "%s %s of nothing: %s", op.method, op.path, got.body)
			}
		}
	})
}

// managementRoles are the callers whose result does not depend on the operation, and for each scope a
// client and an access token that have only that.
func (s *server) managementRoles(everything string) (map[string]caller, map[string][2]string) {
	s.t.Helper()
	public := s.client("public", "--public", "--grant-type", "authorization_code", "--redirect-uri", callback)
	require.Empty(s.t, public)
	disabled := s.manager("disabled", audit.AllScopes()...)
	s.stdin("wonderland\n", "user", "create", "root", "--role", "admin", "--password-stdin")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	password := []string{"--grant-type", "password", "--first-party", "--scope", "openid"}
	backend := s.client("support", append(slices.Clone(password), "--client-type", "backend")...)
	web := s.client("site", append(slices.Clone(password), "--client-type", "web")...)
	elsewhere := s.client("elsewhere", append(append([]string{"--grant-type", "client_credentials", "--audience", "https://api.example.test", "--audience", managementAudience}, "--scope"), strings.Join(audit.AllScopes(), " "))...)
	outsider := s.manager("outsider", "invoices:read")
	only := map[string][2]string{}
	secrets := map[string]string{}
	for _, scope := range audit.AllScopes() {
		secrets[scope] = s.manager("only-"+strings.ReplaceAll(scope, ":", "-"), scope)
	}
	s.soon(func() bool {
		return s.manage(basic("only-"+strings.ReplaceAll(audit.AllScopes()[len(audit.AllScopes())-1], ":", "-"), secrets[audit.AllScopes()[len(audit.AllScopes())-1]]), http.MethodGet, "/keys", "").status == http.StatusForbidden
	}, "the clients are unknown")
	for scope, secret := range secrets {
		id := "only-" + strings.ReplaceAll(scope, ":", "-")
		only[scope] = [2]string{basic(id, secret), "Bearer " + s.token(id, secret, url.Values{"audience": {managementAudience}, "scope": {scope}})}
	}
	user := func(id, secret, name string) string {
		got := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"password"}, "username": {name}, "password": {"wonderland"}, "scope": {"openid"}})
		require.Equal(s.t, http.StatusOK, got.status, got.body)
		return "Bearer " + got.json(s.t)["access_token"].(string)
	}
	whole := url.Values{"scope": {strings.Join(audit.AllScopes(), " ")}}
	ofAudience := func(audience string) url.Values { return url.Values{"scope": whole["scope"], "audience": {audience}} }
	ofDisabled := s.token("disabled", disabled, ofAudience(managementAudience))
	s.command("client", "disable", "disabled")
	s.soon(func() bool {
		return s.manage(basic("disabled", disabled), http.MethodGet, "/keys", "").status == http.StatusUnauthorized
	}, "the client is still enabled")
	return map[string]caller{
		"nobody":                           {"", http.StatusUnauthorized},
		"a wrong secret":                   {basic("everything", "wrong"), http.StatusUnauthorized},
		"an unknown client":                {basic("nobody", "wrong"), http.StatusUnauthorized},
		"a public client":                  {basic("public", ""), http.StatusUnauthorized},
		"no token":                         {"Bearer x", http.StatusUnauthorized},
		"a token for another API":          {"Bearer " + s.token("elsewhere", elsewhere, ofAudience("https://api.example.test")), http.StatusUnauthorized},
		"a token for no API":               {"Bearer " + s.token("elsewhere", elsewhere, whole), http.StatusUnauthorized},
		"a disabled client":                {basic("disabled", disabled), http.StatusUnauthorized},
		"a token of a disabled client":     {"Bearer " + ofDisabled, http.StatusUnauthorized},
		"a client without scopes":          {basic("outsider", outsider), http.StatusForbidden},
		"a user without the role":          {user("support", backend, "alice"), http.StatusForbidden},
		"an administrator by a web client": {user("site", web, "root"), http.StatusForbidden},
		"an administrator":                 {user("support", backend, "root"), allowed},
		"a client with all scopes":         {basic("everything", everything), allowed},
		"a token with all scopes":          {"Bearer " + s.token("everything", everything, ofAudience(managementAudience)), allowed},
	}, only
}
