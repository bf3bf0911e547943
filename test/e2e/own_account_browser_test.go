package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// A person looks at the own account, changes it by keyboard, and ends the access of an application.
func TestOwnAccountInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	verifier := w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	token, err := w.config.Exchange(w.ctx, w.callbackParams().Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)

	w.do(chromedp.Navigate(s.url+"/"), chromedp.Click("#landing-account"), chromedp.WaitVisible("#account-page"), chromedp.Click(`nav a[href="/account/profile"]`), chromedp.WaitVisible("#profile-page"))
	w.do(chromedp.SetValue("#birthdate", "yesterday"), chromedp.SetValue("#nickname", "Al"), chromedp.SendKeys("#zoneinfo", "\r"), chromedp.WaitVisible("#birthdate-problem"))
	assert.True(t, read(w, chromedp.Evaluate[bool](`document.activeElement.matches('#birthdate[aria-invalid]')`)))
	assert.Equal(t, "Al", read(w, chromedp.Value("#nickname")), "nothing that was typed is lost")
	w.do(chromedp.SetValue("#birthdate", "1852-05-04"), chromedp.SendKeys("#website", "\r"), chromedp.WaitVisible("#said"))
	assert.Contains(t, s.userInfo(token.AccessToken).body, `"nickname":"Al"`)
	file := filepath.Join(t.TempDir(), "me.png")
	require.NoError(t, os.WriteFile(file, samplePNG(t), 0o600))
	w.do(chromedp.SetUploadFiles("#picture", []string{file}), chromedp.Click("#picture-submit"), chromedp.WaitVisible(`img.portrait`))
	assert.Positive(t, read(w, chromedp.Evaluate[int](`document.querySelector('img.portrait').naturalWidth`)))

	w.do(chromedp.Click(`nav a[href="/account/apps"]`), chromedp.WaitVisible("#apps-page"), chromedp.Click(`.item button`), chromedp.WaitVisible("#receipt"))
	assert.NotContains(t, s.userInfo(token.AccessToken).body, "nickname", "the access has ended")

	// A form whose proof is too old leads through the sign-in page, with the name filled in, and back.
	w.do(chromedp.Navigate(s.url+"/login?next=/account/security/password&login_hint=alice"), chromedp.WaitVisible("#signed-in"))
	assert.Equal(t, "alice", read(w, chromedp.Value("#username")))
	w.do(chromedp.SendKeys("#password", "wonderland\r"), chromedp.WaitVisible("#password-page"), chromedp.SendKeys("#password", "a long new password\r"), chromedp.WaitVisible("#said"))
	w.do(chromedp.Click(`nav a[href="/account/delete"]`), chromedp.WaitVisible("#delete-submit"), chromedp.Click("#delete-submit"), chromedp.WaitVisible("#done-page"), chromedp.Click("#done-next"))
	w.do(login("a long new password"), chromedp.WaitVisible("#delete-keep"), chromedp.Click("#delete-keep"), chromedp.WaitVisible("#account-page"))
	assert.Equal(t, "account_kept", s.messageTo("alice@example.com").Kind)
}

// In every language, theme and width the pages of an account fit into the window.
func TestOwnAccountPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	signIn := func(page string) {
		w.do(chromedp.Navigate(s.url+"/login?next=/account&login_hint=alice"), login("wonderland"), chromedp.WaitVisible(page))
	}
	w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	all := os.Getenv("GATEHOUSE_SCREENSHOTS") != ""
	for _, language := range []string{"en", "de", "fr", "es"} {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{360, 1440} {
				if !all && (theme == "light") != (width == 360) {
					continue
				}
				w.do(chromedp.EmulateViewport(width, 800), prefer(theme))
				signIn("#account-page")
				for _, page := range []struct{ path, marker string }{
					{"", "account"},
					{"/profile", "profile"},
					{"/security", "security"},
					{"/security/password", "password"},
					{"/security/email", "contact"},
					{"/security/phone", "contact"},
					{"/sessions", "sessions"},
					{"/apps", "apps"},
					{"/activity", "activity"},
					{"/data", "data"},
					{"/delete", "delete"},
				} {
					name := "own" + page.marker + "-" + language
					w.do(chromedp.Navigate(s.url+"/account"+page.path+"?ui_locales="+language), chromedp.WaitVisible("#"+page.marker+"-page"))
					assert.Equal(t, language, read(w, chromedp.Evaluate[string](`document.documentElement.lang`)), name)
					assert.Empty(t, read(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll('.actions > *')].filter(e => e.offsetHeight > 60).map(e => e.id)`)), "%s has a button of two lines at %d", name, width)
					w.screenshot(name, theme, width)
				}
			}
		}
	}
}
