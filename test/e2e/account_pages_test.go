package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// faultsOfFields finds fields of which a screen reader would not tell what is wrong, or to which a browser
// would not offer what it knows.
const faultsOfFields = `[...document.querySelectorAll('input:not([type=hidden])')].flatMap(i => {
	const described = (i.getAttribute('aria-describedby') || '').split(' ').filter(d => d);
	const faults = described.filter(d => !document.getElementById(d)).map(d => i.id + ' is described by ' + d + ', which is not there');
	const said = [...document.querySelectorAll('.fault, .problem')].filter(p => p.id);
	if (i.getAttribute('aria-invalid') && !said.some(p => described.includes(p.id))) faults.push(i.id + ' is invalid, and nothing says why');
	if (i.type != 'checkbox' && !i.autocomplete) faults.push(i.id + ' has no autocomplete');
	if (i.getAttribute('aria-invalid') && !document.activeElement.getAttribute('aria-invalid')) faults.push(i.id + ' is invalid, and the focus is at ' + document.activeElement.id);
	if (i.name == 'code' && (i.autocomplete != 'one-time-code' || i.inputMode != 'numeric')) faults.push('the code is not offered');
	return faults;
}).concat([...document.querySelectorAll('.fault, #problem')].filter(p => !document.querySelector('[aria-describedby~="' + p.id + '"]') && document.querySelector('main form input:not([type=hidden])')).map(p => 'no field is described by ' + p.id))
.concat([...document.querySelectorAll('.actions > *')].filter(e => e.offsetHeight > 60).map(e => e.id + ' has two lines'))`

// In every language the pages of an account fit into a narrow and a wide window, and say to a screen reader
// what is wrong. With GATEHOUSE_SCREENSHOTS each is shown in both themes and widths.
func TestAccountPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	type look struct {
		theme string
		width int64
	}
	for i, language := range []string{"en", "de", "fr", "es"} {
		looks := [][]look{{{"light", 390}, {"dark", 1280}}, {{"dark", 390}}, {{"light", 390}}, {{"dark", 390}}}[i]
		if os.Getenv("GATEHOUSE_SCREENSHOTS") != "" {
			looks = []look{{"light", 390}, {"dark", 390}, {"light", 1280}, {"dark", 1280}}
		}
		for n, at := range looks {
			shows := func(name string) {
				t.Helper()
				assert.Equal(t, language, read(w, chromedp.Evaluate[string](`document.documentElement.lang`)), name)
				assert.Empty(t, read(w, chromedp.Evaluate[[]string](faultsOfFields)), "%s in %s", name, language)
				w.screenshot("account-"+name+"-"+language, at.theme, at.width)
			}
			w.do(chromedp.EmulateViewport(at.width, 800), prefer(at.theme), chromedp.Navigate(s.url+"/register?ui_locales="+language), chromedp.WaitVisible("#register-page"))
			shows("register")
			w.do(chromedp.SendKeys("#email", "alice@example.com"), chromedp.SendKeys("#phone", "123"), chromedp.SendKeys("#username", "alice"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#password-problem"))
			shows("register-wrong")
			email := fmt.Sprintf("somebody-with-a-long-name-%s-%d@mail.department.example.com", language, n)
			w.do(
				chromedp.SetValue("#email", email), chromedp.Evaluate[chromedp.Void](`document.querySelector('#phone').value = document.querySelector('#username').value = ''; undefined`),
				chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"),
			)
			shows("verify")
			w.do(chromedp.SendKeys("#code", "00000000\r"), chromedp.WaitVisible("#problem"))
			shows("verify-wrong")
			w.do(chromedp.Click("#verify-resend"), chromedp.WaitVisible("#sent"))
			shows("verify-sent")
			w.do(chromedp.Navigate(s.url+"/verify?id="+nothing+"&ui_locales="+language), chromedp.WaitVisible("#problem"))
			shows("verify-closed")
			begun(t, s.manage("", http.MethodPost, "/users", fmt.Sprintf(`{"email":"else-%s-%d@example.com","password":"a long password","locale":"%s"}`, language, n, language)), http.StatusAccepted)
			w.do(chromedp.Navigate(s.messageTo(fmt.Sprintf("else-%s-%d@example.com", language, n)).Link), chromedp.WaitVisible("#password"))
			shows("verify-elsewhere")
			w.do(chromedp.SendKeys("#password", "another password\r"), chromedp.WaitVisible("#problem"))
			shows("verify-password")

			w.do(chromedp.Navigate(s.url+"/recover?ui_locales="+language), chromedp.WaitVisible("#recover-page"))
			shows("recover")
			w.do(chromedp.SendKeys("#contact", fmt.Sprintf("nobody-%s-%d\r", language, n)), chromedp.WaitVisible("#reset-page"))
			shows("reset")
			w.do(chromedp.SendKeys("#code", "00000000"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#problem"))
			shows("reset-wrong")
			w.do(chromedp.Navigate(s.url+"/undo?id="+nothing+"&code=1&ui_locales="+language), chromedp.WaitVisible("#undo-page"))
			shows("undo-closed")
			w.do(chromedp.Click(`a[href^="/login"]`), chromedp.WaitVisible("#login-page"), chromedp.SendKeys("#username", fmt.Sprintf("nobody-%s-%d", language, n)), chromedp.SendKeys("#password", "wrong\r"), chromedp.WaitVisible("#problem"))
			shows("login-wrong")
		}
	}
}
