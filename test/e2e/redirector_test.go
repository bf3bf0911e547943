package e2e_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leads is the address that the page leads to, when the person decides so.
func leads(t *testing.T, page response, link string) *url.URL {
	t.Helper()
	require.Less(t, page.status, 500, page.body)
	require.Empty(t, page.header.Get("Location"))
	m := regexp.MustCompile(`id="` + link + `" class="button" href="([^"]*)"`).FindStringSubmatch(page.body)
	require.NotNil(t, m, page.body)
	to, err := url.Parse(html.UnescapeString(m[1]))
	require.NoError(t, err)
	return to
}

// Anybody can register an address, and would have a link to this server that leads there (RFC 9700 section 4.11.2).
func TestAnUnverifiedClientIsNoRedirector(t *testing.T) {
	t.Parallel()
	s := startWith(t, sqliteFile(t), "GATEHOUSE_CLIENT_REGISTRATION=open")
	const bye = "https://app.example.test/bye"
	registered := s.own(http.MethodPost, "/oauth/register", "", `{"client_name":"Your bank","redirect_uris":["`+callback+`"],"post_logout_redirect_uris":["`+bye+`"]}`).json(t)
	id, secret := registered["client_id"].(string), registered["client_secret"].(string)
	p := s.userAgent(t)
	ask := func(more url.Values) url.Values {
		form := authorizeParams(url.Values{"client_id": {id}, "scope": {"openid"}})
		for name, values := range more {
			form[name] = values
		}
		return form
	}
	for name, tc := range map[string]struct {
		more url.Values
		code string
	}{
		"nobody is asked": {url.Values{"prompt": {"none"}}, "login_required"},
		"a challenge":     {url.Values{"code_challenge": {"x"}}, "invalid_request"},
		"a type":          {url.Values{"response_type": {"token"}}, "unsupported_response_type"},
		"an object":       {url.Values{"request": {"x"}}, "request_not_supported"},
	} {
		t.Run(name, func(t *testing.T) {
			address := "/oauth/authorize?" + ask(tc.more).Encode()
			for _, headers := range [][]string{nil, {"Sec-Fetch-Dest", "document"}} {
				page := p.request(http.MethodGet, address, nil, headers...)
				to := leads(t, page, "return-continue")
				assert.Equal(t, "app.example.test", to.Host)
				params := to.Query()
				if len(params) == 0 {
					var err error
					params, err = url.ParseQuery(to.EscapedFragment())
					require.NoError(t, err)
				}
				assert.Equal(t, tc.code, params.Get("error"))
				assert.Equal(t, "s t/a+te", params.Get("state"))
				assert.Equal(t, issuer, params.Get("iss"))
				assert.Contains(t, page.body, "<strong>app.example.test</strong>")
				assert.Contains(t, page.body, "<strong>Your bank</strong>")
				assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
			}
			silent := p.request(http.MethodGet, address, nil, "Sec-Fetch-Dest", "iframe")
			assert.Contains(t, silent.header.Get("Location"), "error="+tc.code, "an application that asks in a frame")
		})
	}
	posted := p.open("/oauth/authorize?" + ask(url.Values{"prompt": {"none"}, "response_mode": {"form_post"}}).Encode())
	assert.Contains(t, posted.body, `<form method="post" action="`+callback+`">`)
	assert.Contains(t, posted.body, `id="return-continue"`)
	assert.NotContains(t, posted.body, "<script")

	// What a person does leads on.
	page := p.follow(p.login(p.open("/oauth/authorize?"+ask(nil).Encode()), "wonderland"))
	denied := p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"deny"}})
	assert.Equal(t, "access_denied", returned(t, denied).Get("error"))
	hintOf := func(p *userAgent) string {
		code := returned(t, p.agree(p.open("/oauth/authorize?"+ask(nil).Encode()), false)).Get("code")
		tokens := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}).json(t)
		hint, ok := tokens["id_token"].(string)
		require.True(t, ok, tokens)
		return hint
	}
	hint := hintOf(p)

	// After a sign-out, too, and with a hint that anybody has of a session of his own.
	out := func(p *userAgent, form url.Values) response {
		form.Set("post_logout_redirect_uri", bye)
		return p.open("/oauth/logout?" + form.Encode())
	}
	other := s.userAgent(t)
	assert.Equal(t, bye, leads(t, out(other, url.Values{"client_id": {id}}), "logout-continue").String())
	assert.Equal(t, bye, out(p, url.Values{"id_token_hint": {hint}}).header.Get("Location"), "this signed somebody out")
	owner := s.userAgent(t)
	owner.login(owner.open("/oauth/authorize?"+ask(nil).Encode()), "wonderland")
	assert.Equal(t, bye, leads(t, out(other, url.Values{"id_token_hint": {hintOf(owner)}}), "logout-continue").String(), "this signed somebody else out")
	again := out(other, url.Values{"id_token_hint": {hint}})
	assert.Equal(t, bye, leads(t, again, "logout-continue").String())
	assert.NotContains(t, again.body, "<script")
	assert.Contains(t, again.body, "<strong>app.example.test</strong>")

	// That is for those that nobody verified alone.
	s.command("client", "update", id, "--trust", "verified")
	s.soon(func() bool {
		return out(other, url.Values{"client_id": {id}}).header.Get("Location") == bye
	}, "verified")
	assert.Equal(t, "login_required", returned(t, other.open("/oauth/authorize?"+ask(url.Values{"prompt": {"none"}}).Encode())).Get("error"))
}
