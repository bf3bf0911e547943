package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever knows the password of somebody without second factors sets one up. The owner takes the account back by the
// message about it, without an administrator.
func TestOwnersTakeTheirAccountBackFromWhoSetUpAFactor(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	thief := &person{server: s, t: t, name: "alice", password: "wonderland"}
	thief.setUp("totp", "passkey")
	require.Contains(t, string(s.command("user", "factors", "alice", "--dev")), "Authenticator app")
	var first shownMessage // that of the app, whose link takes back the passkey as well
	for _, m := range s.messagesTo("alice@example.com") {
		if m.Kind == "factor_added" {
			first = m
		}
	}
	require.Equal(t, []any{"factor_added", ""}, []any{first.Kind, first.Code}, "the link alone undoes it")
	link, err := url.Parse(first.Link)
	require.NoError(t, err)
	require.Equal(t, "/undo", link.Path)

	owner := s.userAgent(t)
	page := owner.open(link.RequestURI())
	assert.Contains(t, page.body, `id="undo-submit"`)
	for _, said := range []string{"<dd>alice</dd>", "Second factor added · Authenticator app", "127.0.0.0/24"} {
		assert.Contains(t, page.body, said, "it names what is undone")
	}
	wrong := *link
	wrong.RawQuery = url.Values{"id": link.Query()["id"], "code": {"00000000"}}.Encode()
	assert.NotContains(t, owner.open(wrong.RequestURI()).body, "<dd>alice</dd>", "an id alone tells nothing")
	assert.Contains(t, page.body, "Second factors and recovery codes that were set up since then are removed.")
	form := url.Values{"id": {hidden(t, page, "id")}, "code": {hidden(t, page, "code")}}
	done := owner.follow(owner.request(http.MethodPost, "/undo", form))
	assert.Contains(t, done.body, "What was set up since then is removed.")
	assert.Contains(t, done.body, "/recover")
	assert.NotContains(t, string(s.command("user", "factors", "alice", "--dev")), "Authenticator app")
	assert.NotEqual(t, http.StatusOK, s.signIn("alice", "wonderland"), "the password is void")
	assert.Contains(t, owner.open(link.RequestURI()).body, "The link isn’t complete, has expired, or has already been used.")
	assert.Contains(t, owner.request(http.MethodPost, "/undo", form).body, `id="problem"`)

	owner.follow(owner.request(http.MethodPost, "/recover", url.Values{"contact": {"alice"}}))
	m := s.messageTo("alice@example.com")
	require.Equal(t, "reset_password", m.Kind)
	id, err := url.Parse(m.Link)
	require.NoError(t, err)
	owner.request(http.MethodPost, "/reset", url.Values{"id": {id.Query().Get("id")}, "code": {m.Code}, "password": {"another long password"}})
	assert.Equal(t, http.StatusOK, s.signIn("alice", "another long password"), "and is asked for nothing else")
}
