package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type auditRecord struct {
	Actor     string `json:"actor"`
	ActorKind string `json:"actor_kind"`
	ClientID  string `json:"actor_client_id"`
	Address   string `json:"address"`
	UserAgent string `json:"user_agent"`
	RequestID string `json:"request_id"`
	Action    string `json:"action"`
	Target    struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		ClientID string `json:"client_id"`
		UserID   string `json:"user_id"`
	} `json:"target"`
	Changes map[string]struct{ Before, After any } `json:"changes"`
}

// recorded are the records of an action, the newest first.
func (s *server) recorded(action string) []auditRecord {
	s.t.Helper()
	var list []auditRecord
	require.NoError(s.t, json.Unmarshal(s.command("audit", "list", "--action", action, "--json"), &list))
	return list
}

// What people do for themselves is recorded with where it came from, and so is a stolen code.
func TestSignInsAndTheftAreRecorded(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		browser := s.userAgent(t)
		page := browser.authorize(nil)
		answer := browser.request(http.MethodPost, "/login", url.Values{
			"flow": {hidden(t, page, "flow")}, "username": {"alice"}, "password": {"wonderland"}, "action": {"login"},
		}, "User-Agent", "Mozilla/5.0 test")
		signIns := s.recorded("user.sign_in")
		require.Len(t, signIns, 1)
		alice := s.userID("alice")
		r := signIns[0]
		assert.Equal(t, []string{"user", alice, "app", "127.0.0.1", "Mozilla/5.0 test", answer.header.Get("X-Request-Id"), "user", alice},
			[]string{r.ActorKind, r.Actor, r.ClientID, r.Address, r.UserAgent, r.RequestID, r.Target.Type, r.Target.UserID})
		assert.Equal(t, []any{"pwd"}, r.Changes["amr"].After)

		code := returned(t, browser.agree(browser.follow(answer), false)).Get("code")
		first := s.exchange(secret, code, nil)
		require.Equal(t, http.StatusOK, first.status, first.body)
		assert.Empty(t, s.recorded("token.reuse"), "tokens are not recorded when they are issued")
		for range 3 {
			assert.Equal(t, "invalid_grant", s.exchange(secret, code, url.Values{"redirect_uri": {"https://other.example.test/"}}).json(t)["error"])
		}
		thefts := s.recorded("token.reuse")
		require.Len(t, thefts, 1, "a code that is presented over and over is recorded once")
		assert.Equal(t, []string{"client", "app", "grant", "app", alice}, []string{thefts[0].ActorKind, thefts[0].Actor, thefts[0].Target.Type, thefts[0].Target.ClientID, thefts[0].Target.UserID})
		assert.False(t, s.active("app", secret, first.json(t)["access_token"].(string)))

		signedOut := browser.request(http.MethodGet, "/oauth/logout?"+url.Values{"id_token_hint": {first.json(t)["id_token"].(string)}}.Encode(), nil)
		require.Equal(t, http.StatusOK, signedOut.status, signedOut.body)
		ended := s.recorded("session.end")
		require.Len(t, ended, 1)
		assert.Equal(t, signIns[0].Changes["session_id"].After, ended[0].Target.ID)
	})
}

// Wrong passwords are recorded as a sum, when the server stops at the latest.
func TestRefusedSignInsAreRecordedAsASum(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		const tries = 3
		for range tries {
			browser := s.userAgent(t)
			browser.login(browser.authorize(nil), "looking-glass")
		}
		s.stop()
		sums := s.recorded("user.sign_in_refused")
		require.Len(t, sums, 1)
		assert.Equal(t, s.userID("alice"), sums[0].Target.UserID)
		assert.InDelta(t, tries, sums[0].Changes["wrong_password"].After, 0)
		assert.NotContains(t, string(s.command("audit", "export")), "looking-glass")
	})
}

// The password grant is a sign-in, too; a refresh is not.
func TestPasswordGrantsAreRecordedAsSignIns(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("own", "--grant-type", "password", "--grant-type", "refresh_token", "--first-party", "--scope", "openid")
		form := url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wonderland"}, "scope": {"openid"}}
		var got response
		require.Eventually(t, func() bool {
			got = s.post("/oauth/token", "own", secret, form)
			return got.status == http.StatusOK
		}, 5*time.Second, 100*time.Millisecond)
		refreshed := s.post("/oauth/token", "own", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.json(t)["refresh_token"].(string)}})
		require.Equal(t, http.StatusOK, refreshed.status, refreshed.body)
		signIns := s.recorded("user.sign_in")
		require.Len(t, signIns, 1)
		assert.Equal(t, "own", signIns[0].ClientID)
		assert.NotEmpty(t, signIns[0].Changes["grant_id"].After)
	})
}
