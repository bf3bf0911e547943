package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// An application may sign users in in a popup window that passes the response to its opener
// (signinPopup of oidc-client-ts): the pages must not sever window.opener.
func TestSignInInAPopup(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t))
	for _, mode := range []string{"query", "form_post"} {
		w.do(chromedp.Navigate(strings.TrimSuffix(w.config.RedirectURL, "callback")), chromedp.WaitVisible("#app-page"))
		opened := chromedp.WaitNewTarget(w.ctx, func(i *target.Info) bool {
			return i.OpenerID != "" && i.OpenerID == chromedp.FromContext(w.ctx).Target.TargetID
		})
		address := w.config.AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()), oauth2.SetAuthURLParam("response_mode", mode), oauth2.SetAuthURLParam("prompt", "login"))
		assert.True(t, read(w, chromedp.Evaluate[bool](fmt.Sprintf(
			`addEventListener('message', e => { document.body.id = e.data }); window.popup = open(%q); window.popup !== null`, address))))
		ctx, closePopup := chromedp.NewContext(w.ctx, chromedp.WithTargetID(<-opened))
		popup := &window{t: t, ctx: ctx, server: w.server, callbacks: w.callbacks, config: w.config}
		popup.open()
		popup.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
		require.NotEmpty(t, w.callbackParams().Get("code"), mode)
		require.True(t, read(popup, chromedp.Evaluate[bool](`window.opener !== null`)), mode)
		assert.False(t, read(w, chromedp.Evaluate[bool](`window.popup.closed`)), "%s: the opener must keep its reference", mode)
		read(popup, chromedp.Evaluate[bool](`window.opener.postMessage('answered', '*'); true`))
		w.do(chromedp.WaitVisible("#answered"))
		closePopup()
	}
}

// The password can be shown and hidden by a script that the Content-Security-Policy allows.
func TestShowPassword(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t))
	w.start()
	state := func() string {
		return read(w, chromedp.Evaluate[string](`document.getElementById('password').type + ' ' + document.getElementById('password-show').getAttribute('aria-pressed')`))
	}
	w.do(chromedp.WaitVisible("#password-show"))
	assert.Equal(t, "password false", state())
	w.do(chromedp.Click("#password-show"))
	assert.Equal(t, "text true", state())
	w.do(chromedp.Click("#password-show"))
	assert.Equal(t, "password false", state())
	w.do(chromedp.Click("#password-show"), login("wonderland"), chromedp.WaitVisible("#consent-page"))

	// Without scripts the button is hidden.
	r, err := http.NewRequest(http.MethodGet, w.server.url+"/login", nil)
	require.NoError(t, err)
	assert.Contains(t, w.server.send(r).body, `aria-pressed="false" hidden>`)

	// Another user signs in during the flow and must give consent.
	w.do(chromedp.Click("#consent-switch"), chromedp.WaitVisible("#login-page"))
	w.do(chromedp.SendKeys("#username", "admin"), chromedp.SendKeys("#password", "looking-glass\r"), chromedp.WaitVisible("#consent-page"))
	assert.Contains(t, read(w, chromedp.Text("#consent-page")), "admin")
	w.do(chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))
}
