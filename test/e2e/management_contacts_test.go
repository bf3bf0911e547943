package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// The proof of one address is none of another: whoever changes the address says that it was proved, or
// it was not (Zitadel CVE-2026-27946).
func TestAnotherContactIsNotVerified(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		const verified = `"email":"alice@example.com","email_verified":true,"phone_number":"+442071838750","phone_number_verified":true`
		created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice",`+verified+`}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		id := created.json(t)["id"].(string)
		for _, test := range []struct {
			method, path, body string
			email, phone       bool
		}{
			{http.MethodPatch, "/users/", `{"email":"mallory@example.com"}`, false, true},
			{http.MethodPatch, "/users/", `{"phone_number":"+442071838751"}`, true, false},
			{http.MethodPatch, "/users/", `{"email":"mallory@example.com","phone_number":"+442071838751","nickname":"Al"}`, false, false},
			{http.MethodPatch, "/users/", `{"email":"alice@example.org","email_verified":true}`, true, true},
			{http.MethodPatch, "/users/", `{"email":"alice@example.org","phone_number_verified":true}`, false, true},
			{http.MethodPatch, "/users/", `{"email":"alice@example.org","email_verified":null}`, false, true},
			{http.MethodPatch, "/users/", `{"email":null}`, false, true},
			{http.MethodPatch, "/users/", `{"email":" ALICE@Example.com ","nickname":"Al"}`, true, true},
			{http.MethodPatch, "/users/", `{"nickname":"Al"}`, true, true},
			{http.MethodPut, "/users/", `{"username":"alice","email":"mallory@example.com","phone_number":"+442071838750"}`, false, false},
			{http.MethodPut, "/users/", `{"username":"alice","email":"alice@example.org","email_verified":true}`, true, false},
			{http.MethodPut, "/users/", `{"username":"alice","phone_number":"+442071838751","phone_number_verified":true}`, false, true},
			{http.MethodPut, "/admin/users/", `{"email":"mallory@example.com"}`, false, true},
			{http.MethodPut, "/admin/users/", `{"phoneNumber":"+442071838751"}`, true, false},
			{http.MethodPut, "/admin/users/", `{"phone_number":"+442071838751","email":"alice@example.com"}`, true, false},
			{http.MethodPut, "/admin/users/", `{"phoneNumber":"+442071838751","phone_number_verified":true}`, true, true},
		} {
			reset := s.manage(caller, http.MethodPatch, "/users/"+id, `{`+verified+`}`)
			require.Equal(t, http.StatusOK, reset.status, reset.body)
			got := s.manage(caller, test.method, test.path+id, test.body)
			require.Equal(t, http.StatusOK, got.status, "%s: %s", test.body, got.body)
			for _, shown := range []response{got, s.manage(caller, http.MethodGet, "/users/"+id, "")} {
				assert.Equal(t, []any{test.email, test.phone}, []any{shown.json(t)["email_verified"], shown.json(t)["phone_number_verified"]}, "%s %s", test.method, test.body)
			}
		}
		assert.Contains(t, s.manage(caller, http.MethodGet, "/audit-logs?action=user.update&limit=1000", "").body, `"email_verified":{"before":true,"after":false}`)
	})
}

// However an address is spelled, it is one.
func TestAddressesHaveOneForm(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice","email":"Alice@Bücher.example.","email_verified":true}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		assert.Equal(t, "alice@xn--bcher-kva.example", created.json(t)["email"])
		id := created.json(t)["id"].(string)
		for _, spelling := range []string{"alice@bücher.example", "ALICE@xn--bcher-kva.EXAMPLE", "alice@BÜCHER.example.", "alice@bu\u0308cher。example"} {
			twin := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"twin","email":"`+spelling+`"}`)
			assert.Equal(t, http.StatusBadRequest, twin.status, spelling)
			assert.Contains(t, twin.body, "fos_user.email.already_used", spelling)
			same := s.manage(caller, http.MethodPatch, "/users/"+id, `{"email":"`+spelling+`"}`)
			require.Equal(t, http.StatusOK, same.status, same.body)
			assert.Equal(t, []any{"alice@xn--bcher-kva.example", true}, []any{same.json(t)["email"], same.json(t)["email_verified"]}, spelling)
			assert.Equal(t, []string{"alice"}, names(t, s.manage(caller, http.MethodGet, "/users?search="+url.QueryEscape(strings.TrimSuffix(spelling, ".")), "")), spelling)
		}
		for body, want := range map[string][2]string{
			`{"username":"bob","email":"bo\u200bb@example.com"}`:  {"fos_user.email.invalid", "U+200B"},
			`{"username":"bob","email":"bob@exam\u00adple.com"}`:  {"fos_user.email.invalid", "U+00AD"},
			`{"username":"bob","email":"bob@\u202eexample.com"}`:  {"fos_user.email.invalid", "U+202E"},
			`{"username":"bob","email":"bob@exa_mple.com"}`:       {"fos_user.email.invalid", "not a domain"},
			`{"username":"bob","email":"bob@xn--zz-99999.com"}`:   {"fos_user.email.invalid", "not a domain"},
			`{"username":"bo\u200db","email":"bob@example.com"}`:  {"fos_user.username.invalid", "U+200D"},
			`{"username":"\u2066bob","email":"bob@example.com"}`:  {"fos_user.username.invalid", "U+2066"},
			`{"username":"bob\ufeff","email":"bob@example.com"}`:  {"fos_user.username.invalid", "U+FEFF"},
			`{"username":"b\u0000ob","email":"bob@example.com"}`:  {"/username", "U+0000"},
			`{"username":"bob","email":"b\u0000ob@example.com"}`:  {"/email", "U+0000"},
			`{"username":"bob","email":"b\u0001ob\u200b@x.com."}`: {"fos_user.email.invalid", "U+0001"},
		} {
			got := s.manage(caller, http.MethodPost, "/admin/users", body)
			assert.Equal(t, http.StatusBadRequest, got.status, "%s: %s", body, got.body)
			for _, part := range want {
				assert.Contains(t, got.body, part, body)
			}
		}
		// The address as it is typed at sign-in.
		s.stdin("wonderland\n", "user", "set-password", "alice", "--password-stdin")
		app := s.client("app", "--grant-type", "password", "--first-party", "--scope", "openid")
		s.soon(func() bool {
			return s.post("/oauth/token", "app", app, url.Values{"grant_type": {"password"}, "username": {"Alice@Bücher.example"}, "password": {"wonderland"}, "scope": {"openid"}}).status == http.StatusOK
		}, "the client is unknown")
		for _, typed := range []string{"alice@xn--bcher-kva.example", "ALICE@BÜCHER.EXAMPLE.", "alice"} {
			got := s.post("/oauth/token", "app", app, url.Values{"grant_type": {"password"}, "username": {typed}, "password": {"wonderland"}, "scope": {"openid"}})
			assert.Equal(t, http.StatusOK, got.status, "%s: %s", typed, got.body)
		}
		assert.Contains(t, string(s.command("user", "get", "alice@BÜCHER.example")), id)
	})
}

// Who has a name and wants the id is told where to find it, and a name finds one user or none.
func TestUsersAreFoundByName(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		for _, body := range []string{`{"username":"alice","email":"alice@example.com"}`, `{"username":"alicia","email":"alicia@bücher.example"}`, `{"username":"strauß"}`} {
			require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/admin/users", body).status)
		}
		for query, want := range map[string][]string{
			"username=alice":                          {"alice"},
			"username=%20ALICE":                       {"alice"},
			"username=ali":                            nil,
			"username=STRAUSS":                        {"strauss"},
			"username=Strau%C3%9F":                    {"strauss"},
			"username=alice@example.com":              nil,
			"username=alice%25":                       nil,
			"username='%20OR%201=1":                   nil,
			"email=Alice@EXAMPLE.com.":                {"alice"},
			"email=ALICIA@B%C3%9CCHER.example":        {"alicia"},
			"email=alicia@xn--bcher-kva.example":      {"alicia"},
			"email=alice":                             nil,
			"username=alice&email=alice@example.com":  {"alice"},
			"username=alicia&email=alice@example.com": nil,
			"username=alice&disabled=true":            nil,
			"username=alice&limit=1&sort=-created_at": {"alice"},
			"username=" + strings.Repeat("a", 254):    nil,
		} {
			assert.Equal(t, want, names(t, s.manage(caller, http.MethodGet, "/users?"+query, "")), query)
		}
		for _, query := range []string{"username=", "username=%20", "email=", "username=a&username=b", "username=%00", "username=%ff", "username=" + strings.Repeat("a", 255)} {
			got := s.manage(caller, http.MethodGet, "/users?"+query, "")
			assert.Equal(t, http.StatusBadRequest, got.status, "%s: %s", query, got.body)
		}
		for path, want := range map[string]string{
			"/users/alice":                       "GET /api/v1/users?username=alice finds the user",
			"/admin/users/Alice%20L":             "GET /api/v1/users?username=Alice+L finds the user",
			"/users/alice@example.com":           "GET /api/v1/users?email=alice%40example.com finds the user",
			"/users/" + strings.Repeat("a", 300): "must be the id of a user, a UUID, and not a name",
		} {
			got := s.manage(caller, http.MethodGet, path, "")
			assert.Equal(t, http.StatusBadRequest, got.status, got.body)
			assert.Contains(t, got.json(t)["error_description"], want)
			assert.Contains(t, got.body, `"pointer":"user_id"`)
			assert.NotContains(t, got.body, "4122")
		}
		for path, want := range map[string]string{"/oauth/sessions?user_id=alice": "must be an id: a UUID", "/oauth/consents?user_id=alice": "must be an id: a UUID"} {
			got := s.manage(caller, http.MethodGet, path, "")
			assert.Equal(t, http.StatusBadRequest, got.status, got.body)
			assert.Contains(t, got.body, want)
		}
	})
}
