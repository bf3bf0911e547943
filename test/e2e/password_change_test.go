package e2e_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sessionCookie = "__Host-gatehouse_session"

// stolen is what attackers with the old password obtained while it was being changed.
type stolen struct {
	mu       sync.Mutex
	sessions []string
	refresh  map[string]string // token to client ID
}

func (l *stolen) session(cookie string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions = append(l.sessions, cookie)
}

func (l *stolen) token(t testing.TB, got response, clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text, ok := got.json(t)["refresh_token"].(string); assert.True(t, ok, got.body) {
		l.refresh[text] = clientID
	}
}

// A password change must lock out everyone who knew the old password, including sign-ins,
// password grants and approvals in progress at that moment.
func TestPasswordChangeRevokesConcurrentSignIns(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		users := []string{"alice", "bob", "carol"}
		for _, name := range users {
			s.stdin("wonderland\n", "user", "create", name, "--password-stdin")
		}
		secrets := map[string]string{
			"app": s.client("app", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--first-party",
				"--redirect-uri", callback, "--scope", "openid offline_access"),
			"trusted": s.client("trusted", "--grant-type", "password", "--grant-type", "refresh_token", "--first-party", "--scope", "openid offline_access"),
		}
		s.run()
		for _, name := range users {
			got := &stolen{refresh: map[string]string{}}
			var attackers sync.WaitGroup
			for range 3 {
				p := s.userAgent(t)
				attackers.Go(func() { p.signInUntilRefused(name, got) })
				attackers.Go(func() { s.passwordGrantUntilRefused(secrets["trusted"], name, got) })
			}
			for range 2 {
				p := s.userAgent(t)
				require.Equal(t, http.StatusSeeOther, p.signInAs(name).status)
				got.session(p.cookies[sessionCookie])
				attackers.Go(func() { p.approveUntilRefused(secrets["app"], got) })
			}
			s.stdin("looking-glass\n", "user", "set-password", name, "--password-stdin")
			attackers.Wait()

			require.NotEmpty(t, got.sessions)
			for _, cookie := range got.sessions {
				attacker := s.userAgent(t)
				attacker.cookies[sessionCookie] = cookie
				assert.Equal(t, "login_required", returned(t, attacker.authorize(url.Values{"prompt": {"none"}, "scope": {"openid"}})).Get("error"))
			}
			require.NotEmpty(t, got.refresh)
			for text, id := range got.refresh {
				refreshed := s.post("/oauth/token", id, secrets[id], url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}})
				assert.Equal(t, "invalid_grant", refreshed.json(t)["error"], "%s: %s", id, refreshed.body)
			}
			t.Logf("%s: %d sessions and %d refresh tokens were obtained while the password was changed", name, len(got.sessions), len(got.refresh))
		}
	})
}

func (p *userAgent) signInAs(name string) response {
	p.t.Helper()
	return p.request(http.MethodPost, "/login", url.Values{"username": {name}, "password": {"wonderland"}})
}

func (p *userAgent) signInUntilRefused(name string, into *stolen) {
	for {
		p.cookies = map[string]string{}
		got := p.signInAs(name)
		if got.status != http.StatusSeeOther {
			assert.Equal(p.t, http.StatusUnprocessableEntity, got.status, got.body)
			assert.Contains(p.t, got.body, "sign-in details are wrong")
			assert.NotContains(p.t, p.cookies, sessionCookie)
			return
		}
		into.session(p.cookies[sessionCookie])
	}
}

func (s *server) passwordGrantUntilRefused(secret, name string, into *stolen) {
	for {
		got := s.post("/oauth/token", "trusted", secret, url.Values{"grant_type": {"password"}, "username": {name}, "password": {"wonderland"}, "scope": {"openid"}})
		if got.status != http.StatusOK {
			assert.Equal(s.t, http.StatusBadRequest, got.status, got.body)
			assert.Equal(s.t, "invalid_grant", got.json(s.t)["error"], got.body)
			return
		}
		into.token(s.t, got, "trusted")
	}
}

func (p *userAgent) approveUntilRefused(secret string, into *stolen) {
	for {
		params := returned(p.t, p.authorize(url.Values{"scope": {"openid offline_access"}, "prompt": {"none"}}))
		if code := params.Get("error"); code != "" {
			assert.Equal(p.t, "login_required", code)
			return
		}
		got := p.exchange(secret, params.Get("code"), nil)
		if got.status != http.StatusOK {
			assert.Equal(p.t, "invalid_grant", got.json(p.t)["error"], got.body)
			return
		}
		into.token(p.t, got, "app")
	}
}
