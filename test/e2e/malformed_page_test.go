package e2e_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// malformedPages are requests that no page of this server sends. Their NUL bytes and invalid
// UTF-8 must not reach the database: Postgres would fail on them.
func malformedPages(flow string) []raw {
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat("a", 60_000)
	good := authorizeParams(nil).Encode()
	nested := url.QueryEscape(`{"userinfo":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + `}`)
	var list []raw
	for name, query := range map[string]string{
		"bad percent": "client_id=%zz", "broken UTF-8": "client_id=%ff", "NUL": "client_id=a%00b", "semicolon": "client_id=app;redirect_uri=x", "SQL": "client_id=%27%3B--",
		"long": "client_id=" + long[:20_000], "NUL in the state": good + "&x=%00", "nested claims": good + "&claims=" + nested, "claims that are a list": good + "&claims=[]",
		"max_age out of range": good + "&max_age=99999999999999999999", "no flow": "flow=", "malformed flow": "flow=%21", "another flow": "flow=AAAA", "a long flow": "flow=" + long[:10_000], "a cut flow": "flow=" + flow[:40],
	} {
		list = append(list, raw{name: "authorize: " + name, method: http.MethodGet, path: "/oauth/authorize", query: query})
	}
	for name, body := range map[string]string{
		"empty": "", "NUL in a name": "username=a%00b&password=x", "bytes for a name": "username=%ff%fe&password=x", "NUL in a password": "username=alice&password=%00", "bad percent": "username=%zz&flow=%zz", "NUL": "username=a%00b&password=x&flow=%00", "broken UTF-8": "username=%ff&password=%fe&flow=%ff", "long": "username=" + long + "&password=x&flow=" + long[:1000],
		"malformed flow": "flow=noise&username=a&password=b", "too large": "password=" + long + long, "semicolon": "username=a;password=b;flow=c", "a long password": "username=alice&password=" + long,
	} {
		for _, path := range []string{"/login", "/consent", "/oauth/logout", "/oauth/authorize", "/oauth/userinfo"} {
			list = append(list, raw{name: path + ": " + name, path: path, contentType: form, body: body})
		}
	}
	for _, path := range []string{"/login", "/consent", "/oauth/logout", "/oauth/authorize", "/oauth/userinfo"} {
		list = append(list,
			raw{name: path + ": JSON", path: path, contentType: "application/json", body: "{}"},
			raw{name: path + ": multipart", path: path, contentType: "multipart/form-data; boundary=x", body: "--x--"},
			raw{name: path + ": no type", path: path, body: "a=b"},
		)
	}
	for name, query := range map[string]string{
		"bad percent": "state=%zz", "NUL": "state=%00&id_token_hint=%00", "broken UTF-8": "post_logout_redirect_uri=%ff", "confirm": "confirm=%00", "many dots": "id_token_hint=" + strings.Repeat(".", 9000),
	} {
		list = append(list, raw{name: "logout: " + name, method: http.MethodGet, path: "/oauth/logout", query: query})
	}
	for name, value := range map[string]string{"noise": "Bearer \x80", "empty": "Bearer ", "dots": "Bearer " + strings.Repeat(".", 20_000), "bytes": "Bearer \xff\xfe", "a word": "Bearer"} {
		list = append(list, raw{name: "UserInfo: " + name, method: http.MethodGet, path: "/oauth/userinfo", auth: []string{value}})
	}
	return list
}

// Malformed requests to the pages never cause a 5xx and never redirect to another site.
func TestMalformedBrowserRequests(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		flow := hidden(t, p.authorize(nil), "flow")
		for _, cookie := range []string{"", "noise", "gh_se_" + strings.Repeat("A", 70), strings.Repeat("x", 8000), "\xff"} {
			for _, tc := range malformedPages(flow) {
				tc.cookie = "__Host-gatehouse_session=" + cookie + "; __Host-gatehouse_flow=" + p.cookies["__Host-gatehouse_flow"]
				got := s.sendRaw(tc.path, tc)
				require.NotZero(t, got.status, tc.name)
				assert.Less(t, got.status, 500, "%s: %s", tc.name, got.body)
				location := got.header.Get("Location")
				assert.True(t, location == "" || strings.HasPrefix(location, callback+"?error=") || strings.HasPrefix(location, "/oauth/authorize") || strings.HasPrefix(location, "/oauth/logout"), "%s: %s", tc.name, location)
			}
		}
		assert.NotContains(t, s.log.String(), `"level":"ERROR"`)
	})
}

// Hydra CVE-2019-8400: request parameters are shown as text and never executed (XSS).
func TestScriptsInParametersAreEscaped(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		const evil = `"'><script>alert(1)</script>`
		escaped := url.QueryEscape(evil)
		harmless := func(name string, got response) {
			assert.NotContains(t, got.body, "<script>", name)
			assert.NotContains(t, got.body, `"'>`, name)
			assert.NotContains(t, got.header.Get("Location"), "<", name)
		}
		for _, mode := range []string{"query", "form_post", "magic"} {
			for _, name := range []string{
				"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "display", "ui_locales", "login_hint", "id_token_hint", "acr_values",
				"claims", "code_challenge", "code_challenge_method", "request", "request_uri", "registration", "resource", "audience", "error", "error_description", "error_hint", "error_uri", evil,
			} {
				params := url.Values{"response_mode": {mode}}
				params.Set(name, evil)
				harmless(mode+" "+name, p.authorize(params))
			}
		}
		login := p.request(http.MethodPost, "/login", url.Values{"username": {evil}, "password": {evil}})
		harmless("user name", login)
		require.Contains(t, login.body, "alert(1)", "it is shown, as text")
		posted := p.authorize(url.Values{"response_mode": {"form_post"}, "state": {evil}, "scope": {"admin"}})
		require.Equal(t, evil, hidden(t, posted, "state"), "it is returned unchanged")
		for _, path := range []string{"/" + escaped, "/errors/" + escaped, "/login?x=" + escaped, "/oauth/logout?state=" + escaped, "/oauth/logout?post_logout_redirect_uri=" + escaped, "/oauth/logout?confirm=" + escaped, "/oauth/token?code=" + escaped} {
			harmless(path, p.request(http.MethodGet, path, nil, "Accept", "text/html"))
		}
	})
}

// What fits into a URL can be resumed after the sign-in.
func TestLongRequestsAreResumed(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	random := ""
	for len(random) < 15_000 {
		random += rand.Text()
	}
	for _, size := range []int{2000, 6000, 9000, 15_000} {
		p := s.userAgent(t)
		page := p.authorize(url.Values{"x": {random[:size]}})
		returned(t, p.agree(p.follow(p.login(page, "wonderland")), false))
	}
}
