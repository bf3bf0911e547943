package e2e_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const callback = "https://app.example.test/callback"

// userAgent is a browser without scripts: it keeps cookies and submits the forms of pages. It
// uses plain HTTP, as a proxy in front of the server would, so it keeps even Secure cookies; their
// attributes are asserted for every response.
type userAgent struct {
	*server

	t       *testing.T
	cookies map[string]string
}

// userAgent returns a user agent without cookies.
func (s *server) userAgent(t *testing.T) *userAgent {
	t.Helper()
	return &userAgent{s, t, map[string]string{}}
}

// startWithUser starts a server with the user alice and the client "app", and returns its secret.
func startWithUser(t *testing.T, databaseURL string) (s *server, secret string) {
	t.Helper()
	s = start(t, databaseURL)
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	secret = s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile email offline_access",
		"--post-logout-redirect-uri", "https://app.example.test/bye")
	return s, secret
}

// request submits a form or gets a page. Headers are name, value, name, value.
func (p *userAgent) request(method, path string, form url.Values, headers ...string) response {
	p.t.Helper()
	var r *http.Request
	var err error
	if method == http.MethodPost {
		r, err = http.NewRequest(method, p.url+path, strings.NewReader(form.Encode()))
	} else {
		r, err = http.NewRequest(method, p.url+path, nil)
	}
	require.NoError(p.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got := p.send(r)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		secure := p.args == nil // a development server speaks http
		assert.Equal(p.t, secure, strings.HasPrefix(c.Name, "__Host-"), c.Name)
		assert.True(p.t, c.Secure == secure && c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode, c.String())
		if c.MaxAge < 0 {
			delete(p.cookies, c.Name)
		} else {
			p.cookies[c.Name] = c.Value
		}
	}
	return got
}

func (p *userAgent) open(path string) response {
	p.t.Helper()
	return p.request(http.MethodGet, path, nil)
}

// authorize opens an authorization request of the application; more replaces parameters, and
// removes those that are empty.
func (p *userAgent) authorize(more url.Values) response {
	p.t.Helper()
	return p.open("/oauth/authorize?" + authorizeParams(more).Encode())
}

func authorizeParams(more url.Values) url.Values {
	form := url.Values{
		"client_id": {"app"}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid profile"}, "state": {"s t/a+te"}, "nonce": {"n-1"},
	}
	for name, values := range more {
		if len(values) == 1 && values[0] == "" {
			form.Del(name)
		} else {
			form[name] = values
		}
	}
	return form
}

// hidden returns the value of a hidden form field.
func hidden(t *testing.T, page response, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page.body)
	require.NotNil(t, m, "no field %s in:\n%s", name, page.body)
	return html.UnescapeString(m[1])
}

// login submits the sign-in form of a page.
func (p *userAgent) login(page response, password string) response {
	p.t.Helper()
	require.Contains(p.t, page.body, `id="login-page"`)
	return p.request(http.MethodPost, "/login", url.Values{
		"flow": {hidden(p.t, page, "flow")}, "username": {"alice"}, "password": {password}, "action": {"login"},
	})
}

// follow follows redirects within the server.
func (p *userAgent) follow(got response) response {
	p.t.Helper()
	for range 5 {
		location := got.header.Get("Location")
		if got.status != http.StatusSeeOther || !strings.HasPrefix(location, "/") {
			return got
		}
		got = p.open(location)
	}
	return got
}

// agree submits the consent form of a page.
func (p *userAgent) agree(page response, remember bool) response {
	p.t.Helper()
	require.Contains(p.t, page.body, `id="consent-page"`)
	form := url.Values{"flow": {hidden(p.t, page, "flow")}, "action": {"accept"}}
	if remember {
		form.Set("remember", "1")
	}
	return p.request(http.MethodPost, "/consent", form)
}

// returned returns the parameters of an authorization response: from the fragment for response
// types with a token, from the query otherwise.
func returned(t *testing.T, got response) url.Values {
	t.Helper()
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	location := got.header.Get("Location")
	require.True(t, strings.HasPrefix(location, callback), location)
	u, err := url.Parse(location)
	require.NoError(t, err)
	params := u.Query()
	if u.Fragment != "" {
		require.Empty(t, params, "either query or fragment")
		params, err = url.ParseQuery(u.EscapedFragment())
		require.NoError(t, err)
	}
	assert.Equal(t, issuer, params.Get("iss"), "RFC 9207")
	return params
}

// signIn goes through the whole flow and returns the parameters of the authorization response.
func (p *userAgent) signIn(more url.Values) url.Values {
	p.t.Helper()
	page := p.follow(p.login(p.authorize(more), "wonderland"))
	if strings.Contains(page.body, `id="consent-page"`) {
		page = p.agree(page, true)
	}
	return returned(p.t, page)
}

func (s *server) exchange(secret, code string, more url.Values) response {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
	for name, values := range more {
		form[name] = values
	}
	return s.post("/oauth/token", "app", secret, form)
}
