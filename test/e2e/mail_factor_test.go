package e2e_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

const mailFactors = "GATEHOUSE_SECOND_FACTOR_MAIL=true"

// mailed has a code sent on the page of a path, and reads the mail.
func (p *userAgent) mailed(path, address string) (code string) {
	p.t.Helper()
	time.Sleep(2 * time.Millisecond) // ids of one instant have no order
	got := p.request(http.MethodPost, path+"/mail", url.Values{})
	require.Equal(p.t, http.StatusSeeOther, got.status, got.body)
	assert.Equal(p.t, path+"?use=mail", got.header.Get("Location"))
	m := p.messageTo(address)
	require.Equal(p.t, "second_factor_code", m.Kind)
	assert.Empty(p.t, m.Link, "a code works in one browser, and a link would open another one")
	require.Regexp(p.t, `^[0-9]{6}$`, m.Code)
	return m.Code
}

// types a code that came by mail.
func (p *userAgent) types(path, code string) response {
	p.t.Helper()
	return p.request(http.MethodPost, path, url.Values{"use": {"mail"}, "code": {code}})
}

// wrongFor is another code.
func wrongFor(code string) string {
	if code == "000000" {
		return "111111"
	}
	return "000000"
}

// setUpMail has alice get codes by mail.
func setUpMail(t *testing.T, s *server) *person {
	t.Helper()
	u := &person{server: s, t: t, id: s.devUserID("alice"), name: "alice", password: "wonderland"}
	p := s.userAgent(t)
	p.follow(u.gives(p))
	require.Contains(t, p.open("/set-up").body, "a***@e***.com")
	got := p.follow(p.types("/set-up", p.mailed("/set-up", "alice@example.com")))
	require.Contains(t, got.body, `id="recovery-codes-page"`, got.body)
	return u
}

// A person sets codes by mail up, and signs in with them: each works once, in the browser that asked for it, and a new
// one ends the one before.
func TestCodesByMail(t *testing.T) {
	t.Parallel()
	s := dev(t, mailFactors, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	u := &person{server: s, t: t, id: s.devUserID("alice"), name: "alice", password: "wonderland"}
	p := s.userAgent(t)
	page := p.follow(u.gives(p))
	require.Contains(t, page.body, `id="set-up-page"`)
	assert.Contains(t, page.body, "a***@e***.com")
	assert.NotContains(t, page.body, "alice@example.com", "who knows the password need not be the user")
	assert.NotContains(t, page.body, `id="mail-code"`, "nothing was sent yet")
	code := p.mailed("/set-up", "alice@example.com")
	assert.Contains(t, p.open("/set-up").body, `id="mail-code"`)
	got := p.types("/set-up", wrongFor(code))
	assert.Equal(t, http.StatusUnprocessableEntity, got.status)
	assert.Contains(t, got.body, `id="mail-problem"`)
	other := s.userAgent(t)
	other.follow(u.gives(other))
	assert.Equal(t, http.StatusUnprocessableEntity, other.types("/set-up", code).status, "another browser")
	assert.False(t, other.signedIn())
	assert.Contains(t, p.follow(p.types("/set-up", code)).body, `id="recovery-codes-page"`)
	assert.True(t, p.signedIn())

	p, other = s.userAgent(t), s.userAgent(t)
	page = p.follow(u.gives(p))
	require.Contains(t, page.body, `id="factor-page"`)
	assert.Contains(t, page.body, `id="mail-send"`)
	assert.NotContains(t, page.body, `id="code"`)
	assert.NotEqual(t, "second_factor_code", s.messageTo("alice@example.com").Kind, "the page sends nothing by itself")
	first := p.mailed("/factor", "alice@example.com")
	for range 2 {
		assert.Contains(t, p.open("/factor?use=mail").body, `id="sent"`, "nor when it is loaded again")
	}
	assert.Equal(t, first, s.messageTo("alice@example.com").Code)
	code = p.mailed("/factor", "alice@example.com")
	other.follow(u.gives(other))
	assert.NotContains(t, other.open("/factor").body, `id="sent"`)
	for who, try := range map[string]func() response{
		"the code before": func() response { return p.types("/factor", first) },
		"a wrong one":     func() response { return p.types("/factor", wrongFor(code)) },
		"another browser": func() response { return other.types("/factor", code) },
		"as of an app":    func() response { return p.request(http.MethodPost, "/factor", url.Values{"code": {code}}) },
	} {
		got := try()
		assert.Equal(t, http.StatusUnprocessableEntity, got.status, who)
		assert.Contains(t, got.body, `id="problem"`, who)
	}
	assert.False(t, p.signedIn())
	assert.False(t, other.signedIn())
	assert.Equal(t, http.StatusSeeOther, p.types("/factor", code).status)
	assert.True(t, p.signedIn())
	again := s.userAgent(t)
	u.gives(again)
	assert.Equal(t, http.StatusUnprocessableEntity, again.types("/factor", code).status, "used")
	assert.NotContains(t, s.log.String(), code)

	require.Contains(t, p.open("/account/security/factors").body, `id="remove-mail"`)
	caller := s.userManager()
	assert.Regexp(t, `"kinds":\["mail"\],"mail":\{"created_at":"[^"]+","used_at":"[^"]+"\}`, s.manage(caller, http.MethodGet, "/users/"+u.id+"/factors", "").body)
	metrics := s.metricsPage()
	assert.Contains(t, metrics, `gatehouse_factor_changes_total{change="added",kind="mail"} 1`)
	assert.Regexp(t, `gatehouse_factor_refusals_total\{kind="mail",reason="wrong_code"\} [1-9]`, metrics)
}

// There are five codes in an hour, and a page that asks for one says how long to wait.
func TestCodesByMailAreBounded(t *testing.T) {
	t.Parallel()
	s := dev(t, mailFactors, manyCodes)
	u := setUpMail(t, s)
	p := s.userAgent(t)
	p.follow(u.gives(p))
	var code string
	for range 5 { // the one for the set-up was in a browser that is known
		code = p.mailed("/factor", "alice@example.com")
	}
	got := p.request(http.MethodPost, "/factor/mail", url.Values{})
	assert.Equal(t, http.StatusTooManyRequests, got.status)
	assert.NotEmpty(t, got.header.Get("Retry-After"))
	assert.Contains(t, got.body, `id="problem"`)
	assert.Equal(t, http.StatusSeeOther, p.types("/factor", code).status, "the last one is still good")
	other := s.userAgent(t)
	other.follow(u.gives(other))
	assert.Equal(t, http.StatusTooManyRequests, other.request(http.MethodPost, "/factor/mail", url.Values{}).status)
	delete(p.cookies, "gatehouse_session")
	p.follow(u.gives(p))
	code = p.mailed("/factor", "alice@example.com")
	assert.Equal(t, http.StatusSeeOther, p.types("/factor", code).status, "nobody can use up those of a browser that is known")
	stranger := s.userAgent(t)
	stranger.open("/login")
	assert.Equal(t, "/login", stranger.request(http.MethodPost, "/factor/mail", url.Values{}).header.Get("Location"), "nobody has mails sent without the password")
}

// Where the operator turns codes by mail off, nobody is locked out: who had nothing else is as without a second factor,
// and the policy decides.
func TestCodesByMailTurnedOff(t *testing.T) {
	t.Parallel()
	s := dev(t, mailFactors, manyCodes)
	u := setUpMail(t, s)
	set := func(settings ...string) {
		s.stop()
		s.env = slices.DeleteFunc(s.env, func(pair string) bool { return strings.HasPrefix(pair, "GATEHOUSE_SECOND_FACTOR_") })
		s.env = append(s.env, settings...)
		s.run()
	}
	set()
	p := s.userAgent(t)
	u.gives(p)
	assert.True(t, p.signedIn())
	page := p.open("/account/security/factors").body
	assert.Contains(t, page, `id="factors-page"`)
	assert.NotContains(t, page, `id="remove-mail"`)
	assert.NotContains(t, p.open("/set-up").body, `id="mail"`)

	set("GATEHOUSE_SECOND_FACTOR_FOR=everyone")
	p = s.userAgent(t)
	assert.Contains(t, p.follow(u.gives(p)).body, `id="set-up-page"`)
	assert.False(t, p.signedIn())
	for _, path := range []string{"/factor/mail", "/set-up/mail"} {
		p := s.userAgent(t)
		p.follow(u.gives(p))
		assert.Equal(t, "/login", p.request(http.MethodPost, path, url.Values{}).header.Get("Location"), path)
	}

	set(mailFactors)
	p = s.userAgent(t)
	assert.Contains(t, p.follow(u.gives(p)).body, `id="mail-send"`, "it is there again")
}

// By the keyboard alone, without scripts, and on a telephone.
func TestCodesByMailWithoutScriptsAndMouse(t *testing.T) {
	t.Parallel()
	s := dev(t, mailFactors, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	w.scripts(false)
	w.do(chromedp.EmulateViewport(390, 844))
	fits := func() {
		t.Helper()
		assert.LessOrEqual(t, read(w, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)), int64(390))
	}
	password := func() {
		t.Helper()
		w.do(chromedp.WaitVisible("#login-page"))
		w.tab("username")
		w.do(chromedp.KeyEvent("alice\twonderland\r"))
	}
	verifier := w.start()
	password()
	w.do(chromedp.WaitVisible("#set-up-page"))
	w.tab("mail-send")
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#mail-code"))
	w.at("mail-code")
	fits()
	w.do(chromedp.KeyEvent(s.messageTo("alice@example.com").Code+"\r"), chromedp.WaitVisible("#recovery-codes-page"))
	w.tab("codes-done")
	w.do(chromedp.KeyEvent("\r"))
	got := w.idToken(verifier)
	assert.Equal(t, []any{"2", []string{"pwd", "otp", "mfa"}}, []any{got.ACR, got.AMR})

	w.signOut()
	verifier = w.start()
	password()
	w.do(chromedp.WaitVisible("#factor-page"))
	w.at("mail-send")
	fits()
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#code"))
	w.at("code")
	fits()
	w.screenshot("factor-mail", "light", 390)
	w.do(chromedp.KeyEvent(s.messageTo("alice@example.com").Code + "\r"))
	assert.Equal(t, "2", w.idToken(verifier).ACR)
}

// The pages for codes by mail are as TestPagesInBothThemesAndWidths demands.
func TestCodesByMailPagesInBothThemesAndWidths(t *testing.T) {
	t.Parallel()
	s := dev(t, mailFactors, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", "GATEHOUSE_REMEMBER_SECOND_FACTOR=720h", manyCodes)
	w := newWindow(t, s)
	w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#mail-send"))
	w.shown("set-up-mail")
	w.do(chromedp.Click("#mail-send"), chromedp.WaitVisible("#mail-code"))
	w.shown("set-up-mail-sent")
	w.spoken("set-up-mail-sent")
	code := s.messageTo("alice@example.com").Code
	w.do(chromedp.SendKeys("#mail-code", wrongFor(code)+"\r"), chromedp.WaitVisible("#mail-problem"))
	w.shown("set-up-mail-wrong")
	w.do(chromedp.SendKeys("#mail-code", code+"\r"), chromedp.WaitVisible("#recovery-codes-page"), chromedp.Click("#codes-done"), chromedp.WaitVisible("#consent-page"))
	w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	w.shown("factor-mail")
	w.spoken("factor-mail")
	w.do(chromedp.Click("#mail-send"), chromedp.WaitVisible("#sent"))
	w.shown("factor-mail-sent")
	w.spoken("factor-mail-sent")
	code = s.messageTo("alice@example.com").Code
	w.do(chromedp.SendKeys("#code", wrongFor(code)+"\r"), chromedp.WaitVisible("#problem"))
	w.shown("factor-mail-wrong")
	w.do(chromedp.SendKeys("#code", code+"\r"), chromedp.WaitVisible("#consent-page"))
	w.do(chromedp.Navigate(s.url+"/account/security/factors"), chromedp.WaitVisible("#remove-mail"))
	w.shown("own-factors-mail")
}
