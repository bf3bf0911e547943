package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// only keeps what a person has who gave the password, and no session.
func (p *userAgent) only(names ...string) {
	kept := map[string]string{}
	for _, name := range names {
		kept[name] = p.cookies[name]
	}
	p.cookies = kept
}

// What the password alone leaves in a browser opens the pages for second factors, in this browser, and nothing else.
// Other servers took the half of a sign-in for a whole one at some of their pages.
func TestAProofIsNoSession(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	u := &person{server: s, t: t, name: "alice", password: "wonderland", id: s.devUserID("alice")}
	u.setUp("totp", "passkey")
	p := s.userAgent(t)
	u.gives(p)
	p.only("gatehouse_proof", "gatehouse_flow")
	require.NotEmpty(t, p.cookies["gatehouse_proof"])
	require.Contains(t, p.open("/factor").body, `id="factor-page"`)
	proof, browser := p.cookies["gatehouse_proof"], p.cookies["gatehouse_flow"]
	for _, path := range []string{"/", "/login", "/account", "/account/", "/account/security", "/account/profile", "/oauth/logout", "/oauth/userinfo", "/api/v1/users/" + u.id, "/api/v1/users/" + u.id + "/factors", "/api/v1/users"} {
		got := p.follow(p.open(path))
		for _, text := range []string{`id="signed-in"`, u.id, "Liddell"} {
			assert.NotContains(t, got.body, text, path)
		}
	}
	assert.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, s.manage("", http.MethodPut, "/users/profile", `{}`, "Cookie", "gatehouse_proof="+proof+"; gatehouse_flow="+browser).status)
	assert.False(t, p.signedIn())
	assert.Contains(t, p.asks().body, `id="login-page"`)
	assert.Equal(t, proof, p.cookies["gatehouse_proof"], "nothing of this used it")
	assert.NotContains(t, p.open("/set-up").body, `id="set-up-page"`, "another factor needs one of those that there are")

	other := s.userAgent(t)
	other.open("/login")
	other.cookies["gatehouse_proof"] = proof
	assert.Equal(t, "/login", other.open("/factor").header.Get("Location"), "another browser")
	other.cookies = map[string]string{"gatehouse_session": proof, "gatehouse_flow": browser}
	assert.False(t, other.signedIn(), "nor is it a session by another name")
	p.cookies["gatehouse_proof"], p.cookies["gatehouse_flow"] = proof, browser
	u.recovers(p, u.code())
	assert.True(t, p.signedIn(), "with the factor it is one")
	assert.NotContains(t, p.cookies, "gatehouse_proof", "which uses it up")
}

// A proof is of the user as it was: whoever gave the former password goes on nowhere.
func TestAProofEndsWithTheUserAsItWas(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	caller := s.userManager()
	acts := map[string]func(u *person){
		"password": func(u *person) {
			got := s.manage(caller, http.MethodPatch, "/users/"+u.id+"/password", `{"password":"another long password"}`)
			require.Equal(t, http.StatusNoContent, got.status, got.body)
		},
		"reset": func(u *person) {
			require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, "/users/"+u.id+"/factors", "").status)
		},
		"disabled": func(u *person) { s.command("user", "disable", u.name, "--dev") },
	}
	for name, act := range acts {
		u := s.newPerson(t, caller, "with-"+name, `[]`)
		u.setUp("totp", "passkey")
		p := s.userAgent(t)
		page := p.follow(u.gives(p))
		require.Contains(t, page.body, `id="factor-page"`)
		passkey := asserted(t, page, u.key)
		act(u)
		cookies := p.cookies
		for _, form := range []url.Values{{"use": {"recovery_code"}, "code": {u.code()}}, passkey, {"code": {"000000"}}} {
			p.cookies = map[string]string{}
			for k, v := range cookies {
				p.cookies[k] = v
			}
			got := p.request(http.MethodPost, "/factor", form)
			assert.Equal(t, []any{http.StatusSeeOther, "/login"}, []any{got.status, got.header.Get("Location")}, "%s: %v", name, form.Get("use"))
			assert.False(t, p.signedIn(), name)
			assert.NotContains(t, p.cookies, "gatehouse_proof", name)
		}

		if name == "reset" {
			continue // there is nothing to reset
		}
		u = s.newPerson(t, caller, "without-"+name, `[]`)
		p = s.userAgent(t)
		page = p.follow(u.gives(p))
		require.Contains(t, page.body, `id="set-up-page"`)
		forms := []url.Values{u.creates(page, "totp"), u.creates(page, "passkey")}
		act(u)
		for _, form := range forms {
			got := p.request(http.MethodPost, "/set-up", form)
			assert.Equal(t, []any{http.StatusSeeOther, "/login"}, []any{got.status, got.header.Get("Location")}, name)
			assert.False(t, p.signedIn(), name)
		}
		assert.JSONEq(t, `{"kinds":[]}`, s.manage(caller, http.MethodGet, "/users/"+u.id+"/factors", "").body, "no factor of a stranger")
	}
}

// After the sign-in a person is led to a page of the own account, or to the start page, and nowhere else.
func TestFactorPagesAreNoOpenRedirect(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	u := &person{server: s, t: t, name: "alice", password: "wonderland"}
	u.setUp("passkey")
	for next, want := range map[string]string{
		"/account": "/account", "/account/security": "/account/security", "/account/security?of=a%26b": "/account/security?of=a%26b", "/account/sessions": "/account/sessions",
		"": "/", "/": "/", "/accounts": "/", "/account.evil.example": "/", "/oauth/logout": "/", "//evil.example/account": "/", "///account": "/", `/\evil.example/account`: "/", `\account`: "/",
		"https://evil.example/account": "/", "https:/account": "/", "javascript:alert(1)": "/", "/account/../oauth/logout": "/", "/account/%2e%2e/oauth/logout": "/",
		"/account/..%2foauth/logout": "/", "/account\r\nSet-Cookie: a=b": "/", "/account\t": "/", "/account#x": "/", "account": "/", " /account": "/", "@evil.example/account": "/",
	} {
		p := s.userAgent(t)
		got := p.request(http.MethodPost, "/login", url.Values{"username": {u.name}, "password": {u.password}, "next": {next}})
		at, err := url.Parse(got.header.Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, "/factor", at.Path)
		assert.Equal(t, strings.TrimSuffix(want, "/"), at.Query().Get("next"), "%q", next)
		page := p.open("/factor?" + url.Values{"next": {next}}.Encode())
		form := asserted(t, page, u.key)
		form.Set("next", next)
		assert.Equal(t, want, p.request(http.MethodPost, "/factor", form).header.Get("Location"), "%q by the second factor", next)
		for _, action := range []string{"later", "done"} {
			assert.Equal(t, want, p.request(http.MethodPost, "/set-up", url.Values{"action": {action}, "next": {next}}).header.Get("Location"), "%q at the set-up", next)
		}
		p = s.userAgent(t)
		form = asserted(t, p.open("/login?"+url.Values{"next": {next}}.Encode()), u.key)
		form.Set("next", next)
		assert.Equal(t, want, p.request(http.MethodPost, "/login/passkey", form).header.Get("Location"), "%q by a passkey", next)
		assert.NotContains(t, p.open("/login?"+url.Values{"next": {next}}.Encode()).body+page.body, "evil.example", "%q", next)
		for _, path := range []string{"/factor", "/set-up"} {
			p = s.userAgent(t)
			p.open("/login")
			back := want
			if path == "/factor" && want != "/" {
				back = "/account" // the page itself would ask for the factor again
			}
			assert.Equal(t, back, p.request(http.MethodPost, path, url.Values{"action": {"cancel"}, "next": {next}}).header.Get("Location"), "%q: cancelled at %s", next, path)
		}
	}
}

// hundred posts the form a hundred times at the same moment, and counts the answers by their status.
func (p *userAgent) hundred(form func(i int) url.Values) map[int]int {
	p.t.Helper()
	var cookies []string
	for name, value := range p.cookies {
		cookies = append(cookies, name+"="+value)
	}
	var counts [600]atomic.Int32
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			r, err := http.NewRequest(http.MethodPost, p.url+"/factor", strings.NewReader(form(i).Encode()))
			if !assert.NoError(p.t, err) {
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Cookie", strings.Join(cookies, "; "))
			got := p.send(r)
			if strings.Contains(strings.Join(got.header.Values("Set-Cookie"), " "), "gatehouse_session=") {
				counts[http.StatusSeeOther].Add(1)
				return
			}
			counts[max(got.status, http.StatusContinue)%600].Add(1)
		})
	}
	all.Wait()
	count := map[int]int{}
	for status := range counts {
		if n := int(counts[status].Load()); n > 0 {
			count[status] = n
		}
	}
	return count
}

// Who tries many codes at the same moment has no more attempts than one after the other, and a code that is sent many
// times at the same moment is worth one session.
func TestParallelCodes(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_RATE_LIMITS=page-prefix=1000/1s,sign-in-prefix=1000/1s,factor-prefix=1000/1s")
	caller := s.userManager()
	guessed, owned := s.newPerson(t, caller, "guessed", `[]`), s.newPerson(t, caller, "owned", `[]`)
	guessed.setUp("totp")
	owned.setUp("totp")
	p := s.userAgent(t)
	guessed.gives(p)
	count := p.hundred(func(i int) url.Values { return url.Values{"code": {fmt.Sprintf("%06d", i)}} })
	assert.Equal(t, 100, count[http.StatusUnprocessableEntity]+count[http.StatusTooManyRequests], count)
	assert.LessOrEqual(t, count[http.StatusUnprocessableEntity], 10)
	assert.NotZero(t, count[http.StatusUnprocessableEntity])
	assert.Equal(t, http.StatusTooManyRequests, p.request(http.MethodPost, "/factor", url.Values{"code": {"000000"}}).status)
	guessed.recovers(p, guessed.code())
	assert.True(t, p.signedIn(), "recovery codes have a limit of their own")

	p = s.userAgent(t)
	owned.gives(p)
	code := owned.code()
	count = p.hundred(func(int) url.Values { return url.Values{"use": {"recovery_code"}, "code": {code}} })
	assert.Equal(t, 1, count[http.StatusSeeOther], count)
}

// A person changes the language on a page for second factors, also in a request that is too long for a redirect, and
// goes on there: not at the password.
func TestLanguageOfSecondFactorsInALongRequest(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	caller := s.userManager()
	for _, length := range []int{10, 800, 1600, 3000} {
		inGerman := func(p *userAgent, page response, id string) response {
			t.Helper()
			got := p.request(http.MethodPost, "/language", url.Values{"language": {"de"}, "flow": {hidden(t, page, "flow")}, "again": {hidden(t, page, "again")}})
			var head strings.Builder
			require.NoError(t, got.header.Write(&head))
			assert.Less(t, head.Len(), 4096, "a state of %d bytes", length)
			got = p.follow(got)
			require.Contains(t, got.body, `id="`+id+`"`, length)
			require.Contains(t, got.body, `<html lang="de">`, length)
			return got
		}
		with := func(form url.Values, page response) url.Values {
			form.Set("flow", hidden(t, page, "flow"))
			return form
		}
		state := strings.Repeat("s", length)
		u := s.newPerson(t, caller, fmt.Sprintf("speaker-%d", length), `[]`)
		password := url.Values{"username": {u.name}, "password": {u.password}}
		p := s.userAgent(t)
		page := p.follow(p.request(http.MethodPost, "/login", with(maps.Clone(password), p.asks("state", state))))
		page = inGerman(p, page, "set-up-page")
		codes := p.follow(p.request(http.MethodPost, "/set-up", with(u.creates(page, "passkey"), page)))
		require.Contains(t, codes.body, `id="recovery-codes-page"`, length)

		p = s.userAgent(t)
		page = p.follow(p.request(http.MethodPost, "/login", with(maps.Clone(password), p.asks("state", state))))
		page = inGerman(p, page, "factor-page")
		assert.Contains(t, p.follow(p.request(http.MethodPost, "/factor", with(asserted(t, page, u.key), page))).body, `id="consent-page"`, length)
	}
}

// Proxies buffer 4 KiB of response headers by default, and respond with 502 when there are more: a person with a long
// request in progress gets to the application all the same.
func TestSecondFactorsHaveShortHeaders(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	caller := s.userManager()
	for _, length := range []int{10, 800, 1600, 3000} {
		small := func(got response) response {
			t.Helper()
			var head strings.Builder
			require.NoError(t, got.header.Write(&head))
			assert.Less(t, head.Len(), 4096, "a state of %d bytes", length)
			return got
		}
		posted := func(p *userAgent, path string, page response, form url.Values) response {
			t.Helper()
			form.Set("flow", hidden(t, page, "flow"))
			got := p.request(http.MethodPost, path, form)
			return p.follow(small(got))
		}
		state := strings.Repeat("s", length)
		u := s.newPerson(t, caller, fmt.Sprintf("person-%d", length), `[]`)
		p := s.userAgent(t)
		password := url.Values{"username": {u.name}, "password": {u.password}}
		setUp := posted(p, "/login", small(p.asks("state", state)), password)
		require.Contains(t, setUp.body, `id="set-up-page"`, length)
		codes := posted(p, "/set-up", setUp, u.creates(setUp, "passkey"))
		require.Contains(t, codes.body, `id="recovery-codes-page"`, length)
		assert.Contains(t, posted(p, "/set-up", codes, url.Values{"action": {"done"}}).body, `id="consent-page"`, length)

		p = s.userAgent(t)
		factor := posted(p, "/login", p.asks("state", state), password)
		require.Contains(t, factor.body, `id="factor-page"`, length)
		refused := posted(p, "/factor", factor, url.Values{"use": {"recovery_code"}, "code": {"wrong"}})
		require.Contains(t, refused.body, `id="problem"`, length)
		assert.Contains(t, posted(p, "/factor", factor, asserted(t, refused, u.key)).body, `id="consent-page"`, length)

		p = s.userAgent(t)
		page := p.asks("state", state)
		assert.Contains(t, posted(p, "/login/passkey", page, asserted(t, page, u.key)).body, `id="consent-page"`, length)
	}
}
