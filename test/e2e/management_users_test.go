package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/test/harness"
)

// names are the user names of a page.
func names(t *testing.T, page response) (list []string) {
	t.Helper()
	require.Equal(t, http.StatusOK, page.status, page.body)
	for _, u := range page.json(t)["users"].([]any) {
		list = append(list, u.(map[string]any)["username"].(string))
	}
	return list
}

func TestManagementOfUsers(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		support := basic("support", s.manager("support", audit.ReadScope("users"), audit.WriteScope("users")))
		s.soon(func() bool { return s.manage(support, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		assert.Empty(t, names(t, s.manage(caller, http.MethodGet, "/users", "")))

		created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"Alice","email":"Alice@Example.com","plainPassword":"wonderland","given_name":"Alice","address":{"locality":"Oxford"},"phoneNumber":"+442071838750"}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		alice := created.json(t)
		id := alice["id"].(string)
		assert.Equal(t, []any{"alice", "alice@example.com", false, "+442071838750", true, []any{}}, []any{alice["username"], alice["email"], alice["email_verified"], alice["phone_number"], alice["enabled"], alice["roles"]})
		assert.NotContains(t, created.body, "wonderland")
		assert.NotContains(t, strings.ToLower(created.body), "argon2")
		read := s.manage(caller, http.MethodGet, "/users/"+id, "")
		require.Equal(t, http.StatusOK, read.status, read.body)
		tag := read.header.Get("ETag")
		assert.Equal(t, read.json(t)["id"], s.manage(caller, http.MethodGet, "/users/"+alice["sub"].(string), "").json(t)["id"], "by subject")
		assert.Equal(t, http.StatusNotModified, s.manage(caller, http.MethodGet, "/users/"+id, "", "If-None-Match", tag).status)

		patched := s.manage(caller, http.MethodPatch, "/users/"+id, `{"given_name":null,"nickname":"Al","address":{"country":"GB"},"email_verified":true}`, "If-Match", tag)
		require.Equal(t, http.StatusOK, patched.status, patched.body)
		assert.NotContains(t, patched.json(t), "given_name")
		assert.Equal(t, map[string]any{"locality": "Oxford", "country": "GB"}, patched.json(t)["address"])
		assert.Equal(t, http.StatusPreconditionFailed, s.manage(caller, http.MethodPatch, "/users/"+id, `{"nickname":"late"}`, "If-Match", tag).status)
		for path, body := range map[string]string{"/users/": `{"Roles":["admin"]}`, "/admin/users/": `{"Enabled":false}`} {
			method := map[string]string{"/users/": http.MethodPatch, "/admin/users/": http.MethodPut}[path]
			got := s.manage(caller, method, path+id, body)
			assert.Equal(t, http.StatusBadRequest, got.status, "a name in another case is not taken for a change: %s", got.body)
		}
		whole := s.manage(caller, http.MethodPut, "/users/"+id, patched.body)
		require.Equal(t, http.StatusOK, whole.status, whole.body)
		assert.JSONEq(t, patched.body, whole.body, "what was read can be sent back")
		replaced := s.manage(caller, http.MethodPut, "/users/"+id, `{"username":"alice","roles":["editor"]}`)
		require.Equal(t, http.StatusOK, replaced.status, replaced.body)
		assert.Equal(t, []any{"", false, []any{"editor"}}, []any{replaced.json(t)["email"], replaced.json(t)["email_verified"], replaced.json(t)["roles"]})
		assert.NotContains(t, replaced.json(t), "nickname")

		// Of changes that are based on the same version one is made.
		tag = s.manage(caller, http.MethodGet, "/users/"+id, "").header.Get("ETag")
		statuses := make([]int, 8)
		harness.Parallel(8, 8, func(i int) {
			statuses[i] = s.manage(caller, http.MethodPatch, "/users/"+id, `{"nickname":"`+strings.Repeat("x", i+1)+`"}`, "If-Match", tag).status
		})
		won := 0
		for _, status := range statuses {
			if status == http.StatusOK {
				won++
			} else {
				assert.Equal(t, http.StatusPreconditionFailed, status)
			}
		}
		assert.Equal(t, 1, won)

		// The paths of the older API.
		for _, verb := range []string{"disable", "enable"} {
			assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPatch, "/admin/users/"+id+"/"+verb, "").status)
			assert.Equal(t, verb == "enable", s.manage(caller, http.MethodGet, "/admin/users/"+id, "").json(t)["enabled"])
		}
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPut, "/admin/users/"+id+"/roles", `{"roles":["admin"]}`).status)
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPatch, "/admin/users/"+id+"/password", `{"plain_password":"through-the-glass"}`).status)
		updated := s.manage(caller, http.MethodPut, "/admin/users/"+id, `{"phoneNumber":"+442071838751","enabled":true,"website":"https://alice.example.com"}`)
		require.Equal(t, http.StatusOK, updated.status, updated.body)
		assert.Equal(t, []any{"+442071838751", "https://alice.example.com", []any{"admin"}}, []any{updated.json(t)["phone_number"], updated.json(t)["website"], updated.json(t)["roles"]})

		// A caller who may not do everything does not become an administrator.
		for _, attempt := range [][3]string{
			{http.MethodPatch, "/admin/users/" + id + "/password", `{"password":"mallory-was-here"}`},
			{http.MethodPatch, "/users/" + id, `{"email":"mallory@example.com"}`},
			{http.MethodPatch, "/admin/users/" + id + "/disable", ""},
			{http.MethodPut, "/admin/users/" + id + "/roles", `{"roles":[]}`},
			{http.MethodDelete, "/users/" + id, ""},
			{http.MethodPost, "/admin/users", `{"username":"mallory","roles":["admin"]}`},
		} {
			got := s.manage(support, attempt[0], attempt[1], attempt[2])
			assert.Equal(t, http.StatusForbidden, got.status, "%v: %s", attempt, got.body)
		}
		assert.Equal(t, http.StatusCreated, s.manage(support, http.MethodPost, "/admin/users", `{"username":"bob","roles":["editor"],"enabled":false}`).status)
		assert.Equal(t, []string{"alice"}, names(t, s.manage(support, http.MethodGet, "/users?role=admin", "")))
		assert.Equal(t, []string{"bob"}, names(t, s.manage(support, http.MethodGet, "/users?disabled=true&search=b", "")))
		first := s.manage(support, http.MethodGet, "/users?sort=-created_at&limit=1", "")
		assert.Equal(t, []string{"bob"}, names(t, first))
		cursor := url.QueryEscape(first.json(t)["next_cursor"].(string))
		assert.Equal(t, []string{"alice"}, names(t, s.manage(support, http.MethodGet, "/users?sort=-created_at&limit=1&cursor="+cursor, "")))
		assert.Equal(t, http.StatusBadRequest, s.manage(support, http.MethodGet, "/users?limit=1&cursor="+cursor, "").status, "a cursor of another order")
		assert.Equal(t, http.StatusBadRequest, s.manage(support, http.MethodGet, "/users?sort=password_hash", "").status)

		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, "/users/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodDelete, "/users/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodPatch, "/admin/users/"+id+"/enable", "").status)
		records := s.recorded("user.set_password")
		require.Len(t, records, 1)
		assert.Equal(t, []string{"client", "ops", "127.0.0.1"}, []string{records[0].ActorKind, records[0].Actor, records[0].Address})
		assert.NotContains(t, string(s.command("audit", "export")), "through-the-glass")
	})
}

// Data of users are refused with a code for programs and a sentence for people.
func TestInvalidUsersHaveCodes(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
	taken := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice","email":"alice@example.com"}`)
	require.Equal(t, http.StatusCreated, taken.status, taken.body)
	for body, want := range map[string][2]string{
		`{"username":"ALICE"}`:                                   {"fos_user.username.already_used", "username"},
		`{"username":"a1ice"}`:                                   {"fos_user.username.already_used", "username"},
		`{"username":"\u0430lice"}`:                              {"fos_user.username.invalid", "username"},
		`{"username":"bob","email":"ALICE@example.com"}`:         {"fos_user.email.already_used", "email"},
		`{"username":"b"}`:                                       {"fos_user.username.short", "username"},
		`{"username":"` + strings.Repeat("b", 255) + `"}`:        {"fos_user.username.long", "username"},
		`{"username":"b ob"}`:                                    {"fos_user.username.invalid", "username"},
		`{"username":"bob","email":"bob"}`:                       {"fos_user.email.invalid", "email"},
		`{"username":"bob","email":"@"}`:                         {"fos_user.email.short", "email"},
		`{"username":"bob","phoneNumber":"+44 2071838750"}`:      {"bst.phonenumber.space", "phoneNumber"},
		`{"username":"bob","phoneNumber":"+4420"}`:               {"bst.phonenumber.short", "phoneNumber"},
		`{"username":"bob","phone_number":"+44207183875012345"}`: {"bst.phonenumber.long", "phoneNumber"},
		`{"username":"bob","phone_number":"02071838750"}`:        {"bst.phonenumber.format", "phoneNumber"},
		`{"username":"bob","plainPassword":"short"}`:             {"fos_user.password.short", "plainPassword"},
		`{"username":"bob","plain_password":"password1"}`:        {"fos_user.password.breached", "plainPassword"},
		`{"username":"bob","roles":["Admin"]}`:                   {"fos_user.roles.invalid", "roles"},
		`{"username":"bob","zoneinfo":"Mars/Olympus"}`:           {"fos_user.zoneinfo.invalid", "zoneinfo"},
	} {
		got := s.manage(caller, http.MethodPost, "/admin/users", body)
		require.Equal(t, http.StatusBadRequest, got.status, "%s: %s", body, got.body)
		var faults []struct {
			Message, Description string
			Property             string `json:"property_path"`
			URI                  string `json:"error_uri"`
		}
		require.NoError(t, json.Unmarshal([]byte(got.body), &faults), got.body)
		require.Len(t, faults, 1)
		assert.Equal(t, want, [2]string{faults[0].Message, faults[0].Property}, body)
		assert.NotEmpty(t, faults[0].Description)
		assert.Contains(t, faults[0].URI, issuer+"/errors/")
	}
	assert.Equal(t, "fos_user.password.blank", s.manage(caller, http.MethodPut, "/admin/users/"+taken.json(t)["id"].(string)+"/password", `{}`).body[13:36])
	malformed := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"bob","shoe_size":42}`)
	assert.Equal(t, "invalid_request", malformed.json(t)["error"])
}

// Everything that is wrong with a user is named at once: by code and by JSON pointer.
func TestRefusalsNameEveryFieldOfAUser(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
	require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/admin/users", `{"username":"bob","email":"bob@example.com"}`).status)
	created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice"}`)
	require.Equal(t, http.StatusCreated, created.status, created.body)
	id := created.json(t)["id"].(string)
	const wrong = `"username":"a b","email":"alice@","phone_number":"0207","zoneinfo":"Mars/Olympus","birthdate":"tomorrow","roles":["editor","Big Boss"],"address":{"country":"a\nb"}`
	for method, body := range map[string]string{http.MethodPatch: `{` + wrong + `}`, http.MethodPut: `{` + wrong + `}`} {
		got := s.manage(caller, method, "/users/"+id, body)
		require.Equal(t, http.StatusBadRequest, got.status, got.body)
		var pointers []string
		for _, one := range s.objects([]byte(got.body), "") {
			pointers = append(pointers, one["pointer"].(string))
			assert.NotEmpty(t, one["message"])
			assert.NotEmpty(t, one["description"])
		}
		assert.ElementsMatch(t, []string{"/username", "/email", "/phone_number", "/zoneinfo", "/birthdate", "/roles/1", "/address/country"}, pointers, got.body)
	}
	for _, attempt := range []struct {
		method, path, body string
		status             int
		named              []string
	}{
		{http.MethodPatch, "/users/" + id, `{"username":"BOB","email":"bob@EXAMPLE.com."}`, http.StatusBadRequest, []string{`"/username"`, `"/email"`, "another user has that email address"}},
		{http.MethodPatch, "/users/" + id, `{"username":"BOB","email":"bob"}`, http.StatusBadRequest, []string{`"/username"`, `"/email"`}},
		{http.MethodPut, "/admin/users/" + id, `{"username":"BOB","email":"bob","phoneNumber":"1"}`, http.StatusBadRequest, []string{"fos_user.username.already_used", "fos_user.email.invalid", "bst.phonenumber.short"}},
		{http.MethodPost, "/admin/users", `{"username":"a b","email":"bob@example.com","phoneNumber":"1","password":"short","roles":["A"],"locale":"en_GB"}`, http.StatusBadRequest, []string{"fos_user.username.invalid", "fos_user.email.already_used", "bst.phonenumber.short", "fos_user.password.short", "fos_user.roles.invalid", "fos_user.locale.invalid"}},
	} {
		got := s.manage(caller, attempt.method, attempt.path, attempt.body)
		assert.Equal(t, attempt.status, got.status, "%s: %s", attempt.body, got.body)
		for _, name := range attempt.named {
			assert.Contains(t, got.body, name, attempt.body)
		}
	}
	assert.Equal(t, "alice", s.manage(caller, http.MethodGet, "/users/"+id, "").json(t)["username"], "nothing has changed")
}

// Whoever loses a race for a name is told what anybody is told who asks for it later.
func TestLosersOfARaceForANameAreToldSo(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		const racers = 12
		ids := make([]string, racers)
		for n := range ids {
			got := s.manage(caller, http.MethodPost, "/admin/users", fmt.Sprintf(`{"username":"racer%d"}`, n))
			require.Equal(t, http.StatusCreated, got.status, got.body)
			ids[n] = got.json(t)["id"].(string)
		}
		for name, request := range map[string]func(n int) response{
			"new": func(int) response { return s.manage(caller, http.MethodPost, "/admin/users", `{"username":"new"}`) },
			"put": func(n int) response {
				return s.manage(caller, http.MethodPut, "/admin/users/"+ids[n], `{"username":"put"}`)
			},
			"patch": func(n int) response {
				return s.manage(caller, http.MethodPatch, "/users/"+ids[n], `{"username":"patch"}`)
			},
		} {
			var wg sync.WaitGroup
			var won atomic.Int32
			for n := range racers {
				wg.Go(func() {
					got := request(n)
					if got.status < 300 {
						won.Add(1)
						return
					}
					assert.Equal(t, http.StatusBadRequest, got.status, "%s: %s", name, got.body)
					assert.Contains(t, got.body, "fos_user.username.already_used", name)
				})
			}
			wg.Wait()
			assert.EqualValues(t, 1, won.Load(), name)
		}
	})
}
