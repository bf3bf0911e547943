package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The session cookie ends with the browser unless the user chose to stay signed in; then it
// lives as long as the session.
func TestKeepMeSignedIn(t *testing.T) {
	t.Parallel()
	const ticked = `name="remember" type="checkbox" value="1" checked`
	for setting, first := range map[string]bool{"": false, "true": true} {
		s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
		s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
		s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile")
		s.env = append(s.env, "GATEHOUSE_KEEP_SIGNED_IN="+setting, "GATEHOUSE_SESSION_LIFETIME=100h")
		s.run()
		p := s.userAgent(t)
		for _, page := range []response{p.authorize(nil), p.open("/login")} {
			assert.Contains(t, page.body, `name="remember"`)
			assert.Equal(t, first, strings.Contains(page.body, ticked), "setting %q", setting)
		}
		for remember, age := range map[string]int{"": 0, "1": 360_000} {
			p := s.userAgent(t)
			try := func(password string) response {
				return p.request(http.MethodPost, "/login", url.Values{"username": {"alice"}, "password": {password}, "remember": {remember}})
			}
			assert.Equal(t, remember != "", strings.Contains(try("wrong").body, ticked), "the choice is kept")
			got := try("wonderland")
			cookies := (&http.Response{Header: got.header}).Cookies()
			require.Equal(t, sessionCookie, cookies[0].Name)
			assert.Equal(t, age, cookies[0].MaxAge)
			assert.True(t, cookies[0].Expires.IsZero())
		}
	}
}
