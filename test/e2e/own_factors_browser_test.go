package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
)

// A person sets an authenticator app up and removes it again, by keyboard alone and without scripts, and can turn back
// before it is gone.
func TestOwnFactorsByKeyboard(t *testing.T) {
	t.Parallel()
	s := dev(t, manyCodes)
	w := newWindow(t, s)
	w.scripts(false)
	press := func(id, page string) {
		t.Helper()
		w.tab(id)
		w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible(page))
	}
	w.do(chromedp.Navigate(s.url+"/login?next=/account/security/factors&login_hint=alice"), chromedp.WaitVisible("#login-page"))
	w.tab("password")
	w.do(chromedp.KeyEvent("wonderland\r"), chromedp.WaitVisible("#factors-page"))
	assert.Equal(t, "true", read(w, chromedp.Evaluate[string](`document.querySelector('nav [href="/account/security"]').getAttribute('aria-current')`)))
	assert.NotEmpty(t, read(w, chromedp.Text("#factors-none")), "the page says what to do")
	press("factor-add", "#set-up-page")
	press("type-it", "#secret")
	secret := strings.ReplaceAll(read(w, chromedp.Text("#secret")), " ", "")
	assert.Contains(t, read(w, chromedp.Evaluate[string](`document.getElementById('open-app').href`)), "otpauth://totp/Gatehouse:alice?")
	w.tab("code")
	w.do(chromedp.KeyEvent(factortest.Code(secret, time.Now())+"\r"), chromedp.WaitVisible("#codes"))
	before := w.texts("#codes li")
	press("codes-done", "#remove-app")

	press("codes-renew", "#confirm-page")
	press("confirm-cancel", "#factors-page")
	press("codes-renew", "#confirm-page")
	press("confirm-submit", "#codes")
	assert.NotEqual(t, before, w.texts("#codes li"))
	press("codes-done", "#remove-app")
	press("remove-app", "#last")
	press("confirm-cancel", "#remove-app")
	press("remove-app", "#last")
	press("confirm-submit", "#said")
	assert.NotEmpty(t, read(w, chromedp.Text("#factors-none")))
}

// The pages for the own second factors are as TestPagesInBothThemesAndWidths demands.
func TestOwnFactorPagesInBothThemesAndWidths(t *testing.T) {
	t.Parallel()
	s := dev(t, manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	a.present(false)
	page := s.url + "/account/security/factors"
	w.do(chromedp.Navigate(s.url+"/login?next=/account/security/factors&login_hint=alice"), login("wonderland"), chromedp.WaitVisible("#factors-page"))
	w.shown("factors-none")
	w.spoken("factors-none")
	w.do(chromedp.Click("#factor-add"), chromedp.WaitVisible("#set-up-page"), chromedp.Click("#type-it"), chromedp.WaitVisible("#secret"))
	secret := strings.ReplaceAll(read(w, chromedp.Text("#secret")), " ", "")
	w.do(chromedp.SendKeys("#code", factortest.Code(secret, time.Now())+"\r"), chromedp.WaitVisible("#codes"), chromedp.Click("#codes-done"), chromedp.WaitVisible("#remove-app"))
	for _, name := range []string{"", "My laptop with a name that is as long as a name of a passkey can"} {
		w.do(chromedp.Click("#factor-add"), chromedp.WaitVisible("#passkey-submit"), chromedp.SendKeys("#name", name))
		a.present(true)
		w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#factors-page"))
		a.present(false)
		if name == "" {
			a.remove()
			a = w.authenticator()
		}
	}
	w.shown("factors")
	w.spoken("factors")
	for _, question := range []string{"remove-0", "remove-app", "codes-renew"} {
		w.do(chromedp.Navigate(page), chromedp.WaitVisible("#factors-page"), chromedp.Click("#"+question), chromedp.WaitVisible("#confirm-page"))
		w.shown("confirm-" + question)
		w.spoken("confirm-" + question)
	}
	for _, other := range []string{"security", "activity", "sessions", "apps", "delete"} {
		w.do(chromedp.Navigate(s.url+"/account/"+other), chromedp.WaitVisible("#"+other+"-page"))
		w.shown("with-factors-" + other)
	}
}
