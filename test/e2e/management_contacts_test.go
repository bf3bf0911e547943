package e2e_test

import (
	"net/http"
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
