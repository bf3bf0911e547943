package e2e_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLandingPageLeadsToTheDocuments(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_OAUTH_PREFIX=/auth")
	got := s.get("/")
	require.Equal(t, http.StatusOK, got.status)
	assert.Contains(t, got.body, s.url)
	links := regexp.MustCompile(`(?:href|src)="(/[^"]*)"`).FindAllStringSubmatch(got.body, -1)
	assert.GreaterOrEqual(t, len(links), 6)
	for _, link := range links {
		assert.Equal(t, http.StatusOK, s.get(link[1]).status, link[1])
	}
	assert.Contains(t, got.body, `href="http://`+s.demo+`"`)
	assert.Contains(t, got.body, "alice with the password wonderland, or as admin with looking-glass")
	s.stop()
	assert.Contains(t, s.log.String(), `"route":"/"`)
	assert.NotContains(t, s.log.String(), `"route":"/assets/`, "in development they hide the other requests")
	assert.NotContains(t, dev(t, "GATEHOUSE_DEMO_LISTEN=off").get("/").body, "wonderland")
}

// A sign-in without an application ends on the landing page, which says who is signed in. The
// sign-in page says so as well, also after a wrong password.
func TestLandingPageSaysWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		for _, path := range []string{"/", "/?ready=1"} {
			nobody := p.open(path)
			assert.NotContains(t, nobody.body, `id="signed-in"`)
			assert.NotContains(t, nobody.body, "is ready")
			assert.Contains(t, nobody.body, `href="/login"`)
		}
		login := p.open("/login")
		assert.NotContains(t, login.body, `id="signed-in"`)
		form := url.Values{"page": {hidden(t, login, "page")}, "username": {"alice"}, "password": {"wonderland"}}
		landed := p.follow(p.request(http.MethodPost, "/login", form))
		assert.Contains(t, landed.body, "You are signed in as <strong>alice</strong>")
		assert.Contains(t, landed.body, `href="/oauth/logout"`)
		assert.NotContains(t, landed.body, "wonderland")
		assert.NotContains(t, landed.body, "is ready")
		assert.Equal(t, "no-store", landed.header.Get("Cache-Control"))

		login = p.open("/login")
		assert.Contains(t, login.body, "You are signed in as <strong>alice</strong>")
		form = url.Values{"page": {hidden(t, login, "page")}, "username": {"alice"}, "password": {"wrong"}}
		assert.Contains(t, p.request(http.MethodPost, "/login", form).body, "You are signed in as <strong>alice</strong>")
		assert.NotContains(t, s.userAgent(t).open("/").body, "alice", "another browser")

		p.confirm(p.open("/oauth/logout"))
		assert.NotContains(t, p.open("/").body, `id="signed-in"`)
	})
}
