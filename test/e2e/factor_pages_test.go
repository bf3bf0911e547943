package e2e_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
)

// focused is the id of the element that the keyboard is at.
func (w *window) focused() string {
	w.t.Helper()
	return read(w, chromedp.Evaluate[string](`document.activeElement.id`))
}

// at waits until the keyboard is at an element: keys that are pressed before that are lost.
func (w *window) at(id string) {
	w.t.Helper()
	w.do(chromedp.WaitVisible("#" + id + ":focus"))
}

// tab goes on with the tabulator key until the keyboard is at an element.
func (w *window) tab(to string) {
	w.t.Helper()
	for range 15 {
		if w.focused() == to {
			return
		}
		w.do(chromedp.KeyEvent("\t"))
	}
	assert.Fail(w.t, "the keyboard does not reach it", to)
}

// Without scripts there are no passkeys, but all else, and all of it without a mouse.
func TestSecondFactorsWithoutScriptsAndMouse(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", "GATEHOUSE_REMEMBER_SECOND_FACTOR=24h", manyCodes)
	w := newWindow(t, s)
	w.scripts(false)
	hidden := func(selector string) {
		t.Helper()
		assert.Equal(t, "none", read(w, chromedp.Evaluate[string](`getComputedStyle(document.querySelector('`+selector+`')).display`)), selector)
	}
	password := func() {
		t.Helper()
		w.do(chromedp.WaitVisible("#login-page"))
		hidden("#passkey-form")
		w.tab("username")
		w.do(chromedp.KeyEvent("alice\twonderland\r"))
	}
	verifier := w.start()
	password()
	w.do(chromedp.WaitVisible("#set-up-page"))
	hidden("#passkey-form")
	w.tab("type-it")
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#secret"))
	secret := strings.ReplaceAll(read(w, chromedp.Text("#secret")), " ", "")
	w.tab("code")
	w.do(chromedp.KeyEvent("000000\r"), chromedp.WaitVisible("#code-problem"))
	w.at("code")
	now := time.Now()
	w.do(chromedp.KeyEvent(factortest.Code(secret, now)+"\r"), chromedp.WaitVisible("#recovery-codes-page"))
	codes := w.texts("#codes li")
	assert.Len(t, codes, 10)
	hidden("#codes-copy")
	w.at("codes-title") // a second Enter must not lose the codes
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	assert.Equal(t, "none", read(w, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`)), "paper has no keyboard")
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	assert.Regexp(t, `^10 codes, for alice at Gatehouse \(localhost:\d+\), made on \d`, read(w, chromedp.Text("#codes-of")))

	// They are shown once. The page says so when it is reloaded, or when the person comes back to it.
	w.do(chromedp.Reload(), chromedp.WaitVisible("#codes-shown"))
	assert.Equal(t, s.url+"/account/security/factors?confirm=codes", read(w, chromedp.Evaluate[string](`document.getElementById('codes-renew').href`)))
	w.tab("codes-done")
	w.do(chromedp.KeyEvent("\r"))
	got := w.idToken(verifier)
	assert.Equal(t, []any{"2", []string{"pwd", "otp", "mfa"}}, []any{got.ACR, got.AMR})

	// A code is worth one sign-in, the code of the set-up included.
	w.signOut()
	verifier = w.start()
	password()
	w.do(chromedp.WaitVisible("#factor-page"))
	w.at("code")
	w.do(chromedp.KeyEvent(factortest.Code(secret, now)))
	w.tab("remember")
	w.do(chromedp.KeyEvent(" \r"), chromedp.WaitVisible("#problem"))
	w.at("code")
	assert.True(t, read(w, chromedp.Evaluate[bool](`document.getElementById('remember').checked`)), "the person need not check the box again")
	w.do(chromedp.KeyEvent(factortest.Code(secret, now.Add(30*time.Second)) + "\r"))
	assert.Equal(t, got, w.idToken(verifier))

	// The browser is remembered: the password is enough, but it is one factor.
	w.signOut()
	verifier = w.start()
	password()
	assert.Equal(t, proofs{got.Subject, "1", []string{"pwd"}}, w.idToken(verifier))

	// A recovery code, for an application that asks for more than that; once.
	for _, refused := range []bool{false, true} {
		verifier = w.start(oauth2.SetAuthURLParam("acr_values", "2"), oauth2.SetAuthURLParam("prompt", "login"))
		password()
		w.do(chromedp.WaitVisible("#factor-page"))
		w.tab("use-recovery-code")
		w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#code[autocapitalize]"))
		w.at("code")
		w.do(chromedp.KeyEvent(strings.ToLower(codes[0]) + "\r"))
		if refused {
			w.do(chromedp.WaitVisible("#problem"))
			assert.Equal(t, "That recovery code is wrong, or was used already.", read(w, chromedp.Text("#problem")))
			continue
		}
		assert.Equal(t, got, w.idToken(verifier))
	}

	// Who gives up leads the application to know it.
	w.tab("cancel")
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, "access_denied", w.callbackParams().Get("error"))
}

// shown looks at the page in both themes, in narrow and wide windows, and in a narrow one in all languages.
func (w *window) shown(name string) {
	w.t.Helper()
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1440} {
			w.do(chromedp.EmulateViewport(width, 1500), prefer(theme))
			w.screenshot(name, theme, width)
		}
	}
}

// spoken looks at the page in all languages, if it can be shown again.
func (w *window) spoken(name string) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(360, 1300), prefer("light"))
	for _, language := range []string{"de", "es", "fr", "en"} {
		w.do(chromedp.Click(`.languages [value="`+language+`"]`), chromedp.WaitVisible(`[lang="`+language+`"] main`))
		w.screenshot(name+"-"+language, "light", 360)
		assert.Zero(w.t, read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('button, .ways a')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).length`)), "%s in %s: a text is wider than its button", name, language)
	}
}

// The pages for second factors are as TestPagesInBothThemesAndWidths demands.
func TestFactorPagesInBothThemesAndWidths(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", "GATEHOUSE_SECOND_FACTOR_GRACE=168h", "GATEHOUSE_REMEMBER_SECOND_FACTOR=720h", manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	a.present(false)
	w.start()
	w.do(chromedp.WaitVisible("#passkey-submit"))
	w.shown("factor-login")
	w.spoken("factor-login")
	w.do(login("wonderland"), chromedp.WaitVisible("#due"))
	w.shown("set-up-due")
	w.spoken("set-up-due")
	w.do(chromedp.Click("#later"), chromedp.WaitVisible("#consent-page"))
	w.start(oauth2.SetAuthURLParam("acr_values", "2"))
	w.do(chromedp.WaitVisible("#set-up-page"), chromedp.Click("#type-it"), chromedp.WaitVisible("#secret"))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#due, #later').length`)), "the application demands it now")
	w.shown("set-up-open")
	secret := strings.ReplaceAll(read(w, chromedp.Text("#secret")), " ", "")
	w.do(chromedp.SendKeys("#code", "000000\r"), chromedp.WaitVisible("#code-problem"))
	w.shown("set-up-wrong")
	now := time.Now()
	w.do(chromedp.SendKeys("#code", factortest.Code(secret, now)+"\r"), chromedp.WaitVisible("#recovery-codes-page"))
	w.shown("recovery-codes")
	w.do(chromedp.Reload(), chromedp.WaitVisible("#codes-shown"))
	w.shown("recovery-codes-again")
	w.spoken("recovery-codes-again")
	w.do(chromedp.Click("#codes-done"), chromedp.WaitVisible("#consent-page"))
	w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	w.shown("factor-app")
	w.do(chromedp.SendKeys("#code", "000000\r"), chromedp.WaitVisible("#problem"))
	w.shown("factor-app-wrong")
	w.do(chromedp.SendKeys("#code", factortest.Code(secret, now.Add(30*time.Second))+"\r"), chromedp.WaitVisible("#consent-page"))
	a.present(true)
	w.do(chromedp.Navigate(s.url+"/set-up"), chromedp.WaitVisible("#set-up-page"))
	w.shown("set-up-another")
	w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#landing-page"))
	a.present(false)
	w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	w.shown("factor-both")
	w.spoken("factor-both")
	w.do(chromedp.Click("#use-recovery-code"), chromedp.WaitVisible("#code[autocapitalize]"))
	w.shown("factor-recovery")
	at, err := url.Parse(read(w, chromedp.Location()))
	assert.NoError(t, err)
	assert.Equal(t, "/factor", at.Path)
}
