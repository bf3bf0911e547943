package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const byInvitation = "GATEHOUSE_REGISTRATION=invitation"

// invited is an invitation that a client sent, and its message.
func (s *server) invited(caller, address string) (id string, m shownMessage) {
	s.t.Helper()
	return begun(s.t, s.manage(caller, http.MethodPost, "/users/invitations", `{"email":"`+address+`","roles":["editor"],"locale":"fr"}`), http.StatusCreated), s.messageTo(address)
}

// Nobody registers without an invitation, by page, API or prompt; who has one makes an account with it.
func TestInvitedPeopleRegisterThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts, byInvitation)
	const body = `{"username":"ada","email":"ada@example.com","password":"a long password"}`
	uninvited := s.manage("", http.MethodPost, "/users", body)
	assert.Equal(t, http.StatusForbidden, uninvited.status, uninvited.body)
	assert.Contains(t, uninvited.body, "invitation")
	assert.Equal(t, http.StatusForbidden, s.get("/register").status)
	assert.NotContains(t, s.get("/login").body, "/register")
	assert.NotContains(t, s.get("/.well-known/openid-configuration").body, `"create"`)

	manager := basic("users", s.client("users", "--grant-type", "client_credentials", "--scope", "gatehouse:users:write gatehouse:users:read", "--dev"))
	s.soon(func() bool {
		return s.manage(manager, http.MethodGet, "/users/invitations", "").status == http.StatusOK
	}, "the client is unknown")
	assert.Equal(t, http.StatusUnauthorized, s.manage("", http.MethodPost, "/users/invitations", `{"email":"ada@example.com"}`).status)
	assert.Equal(t, map[string]string{"": "bst.phone_and_email.one"}, faults(t, s.manage(manager, http.MethodPost, "/users/invitations", `{}`)))
	assert.Equal(t, map[string]string{"email": "fos_user.email.already_used"}, faults(t, s.manage(manager, http.MethodPost, "/users/invitations", `{"email":"ALICE@example.com"}`)))
	assert.Equal(t, http.StatusForbidden, s.manage(manager, http.MethodPost, "/users/invitations", `{"email":"ada@example.com","roles":["admin"]}`).status)
	id, m := s.invited(manager, "ada@example.com")
	assert.Equal(t, "invitation", m.Kind)
	assert.Contains(t, m.Subject, "Invitation à")
	assert.Empty(t, m.Code, "it is in the link")
	link, err := url.Parse(m.Link)
	require.NoError(t, err)
	code := link.Query().Get("code")
	var listed struct{ Invitations []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(s.manage(manager, http.MethodGet, "/users/invitations", "").body), &listed))
	require.Len(t, listed.Invitations, 1)
	assert.Equal(t, []any{id, "ada@example.com"}, []any{listed.Invitations[0]["id"], listed.Invitations[0]["email"]})
	assert.Contains(t, []any{"waiting", "sent"}, listed.Invitations[0]["message_state"])
	assert.NotContains(t, listed.Invitations[0], "code", "or whoever manages users could confirm the addresses of others")

	accept := func(id, code, rest string) response {
		return s.manage("", http.MethodPut, "/users/invitations/"+id+"/acceptance", `{"code":"`+code+`","username":"ada","password":"a long password"`+rest+`}`)
	}
	assert.Equal(t, http.StatusBadRequest, accept(id, "00000000", "").status)
	assert.Equal(t, http.StatusNotFound, accept(nothing, code, "").status)
	assert.Equal(t, http.StatusBadRequest, accept(id, code, `,"roles":["admin"]`).status)
	assert.Equal(t, http.StatusBadRequest, accept(id, code, `,"email":"other@example.com"`).status)
	assert.Equal(t, id, begun(t, accept(id, code, `,"name":"Ada"`), http.StatusCreated))
	assert.Equal(t, http.StatusNotFound, accept(id, code, "").status, "used")
	assert.Equal(t, http.StatusOK, s.signIn("ada", "a long password"))
	user := s.manage(manager, http.MethodGet, "/users/"+id, "").json(t)
	assert.Equal(t, []any{true, []any{"editor"}, "Ada"}, []any{user["email_verified"], user["roles"], user["name"]})
	assert.NotContains(t, s.log.String(), code)

	id, _ = s.invited(manager, "bob@example.com")
	assert.Equal(t, http.StatusNoContent, s.manage(manager, http.MethodDelete, "/users/invitations/"+id, "").status)
	assert.Equal(t, http.StatusNotFound, s.manage(manager, http.MethodDelete, "/users/invitations/"+id, "").status)
}

func TestInvitedPeopleRegisterInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts, byInvitation)
	manager := basic("users", s.client("users", "--grant-type", "client_credentials", "--scope", "gatehouse:users:write", "--dev"))
	s.soon(func() bool {
		return s.manage(manager, http.MethodPost, "/users/invitations", `{}`).status == http.StatusBadRequest
	}, "the client is unknown")
	_, m := s.invited(manager, "erin@example.com")
	for range 3 {
		assert.Equal(t, http.StatusOK, s.get(m.Link[len(s.url):]).status, "a scanner that follows the link accepts nothing")
	}
	w := newWindow(t, s)
	w.do(chromedp.Navigate(m.Link), chromedp.WaitVisible("#register-page"))
	assert.Contains(t, read(w, chromedp.Text("#register-page")), "erin@example.com")
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#email, #phone').length`)))
	w.do(chromedp.SendKeys("#username", "alice"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#username-problem"), chromedp.WaitVisible("#password-problem"))
	assert.Equal(t, "alice", read(w, chromedp.Value("#username")), "nothing that was typed is lost")
	w.do(chromedp.Clear("#username"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#landing-page"))
	assert.Contains(t, read(w, chromedp.Text("#signed-in")), "erin")
	w.do(chromedp.Navigate(m.Link), chromedp.WaitVisible("#problem"))
	assert.Contains(t, read(w, chromedp.Text("#problem")), "expiré")
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('form[action^="/register"]').length`)))
}

// Another invitation of the same contact keeps the roles of the first, unless it says that there are none.
func TestInvitingAgainKeepsRoles(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts, byInvitation)
	manager := basic("users", s.client("users", "--grant-type", "client_credentials", "--scope", "gatehouse:users:write gatehouse:users:read", "--dev"))
	s.soon(func() bool {
		return s.manage(manager, http.MethodGet, "/users/invitations", "").status == http.StatusOK
	}, "the client is unknown")
	first, _ := s.invited(manager, "ada@example.com")
	for _, again := range []struct {
		rest  string
		roles []any
	}{
		{``, []any{"editor"}},
		{`,"roles":["author"]`, []any{"author"}},
		{``, []any{"author"}},
		{`,"roles":[]`, []any{}},
		{``, []any{}},
	} {
		sent := s.manage(manager, http.MethodPost, "/users/invitations", `{"email":"ada@example.com"`+again.rest+`}`)
		require.Equal(t, http.StatusCreated, sent.status, sent.body)
		assert.Equal(t, again.roles, sent.json(t)["roles"], again.rest)
		var listed struct{ Invitations []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(s.manage(manager, http.MethodGet, "/users/invitations", "").body), &listed))
		require.Len(t, listed.Invitations, 1)
		assert.Equal(t, again.roles, listed.Invitations[0]["roles"], again.rest)
		assert.NotEqual(t, first, listed.Invitations[0]["id"])
		assert.Equal(t, "fr", listed.Invitations[0]["locale"], "kept as well")
	}
}
