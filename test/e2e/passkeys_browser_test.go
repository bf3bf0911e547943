package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// manyCodes is for tests that give many codes from one address.
const manyCodes = "GATEHOUSE_RATE_LIMITS=factor-prefix=1000/1s,factor-device=1000/1s,sign-in-prefix=1000/1s,sign-in-device=1000/1s,sign-in-account=1000/1s,page-prefix=1000/1s,authorize-prefix=1000/1s"

// setUpPasskey signs alice in, who has to set a second factor up, and sets up a passkey. It returns the recovery codes.
func (w *window) setUpPasskey(a *authenticator) []string {
	w.t.Helper()
	a.present(false)
	w.do(login("wonderland"), chromedp.WaitVisible("#set-up-page"))
	a.present(true)
	w.do(chromedp.SendKeys("#name", "Laptop"), chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#recovery-codes-page"))
	codes := w.texts("#codes li")
	w.do(chromedp.Click("#codes-done"))
	return codes
}

// A person sets a passkey up on the way to an application, and from then on signs in by it: by the button, by the
// autofill of the field for the user name, or after the password.
func TestPasskeysInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	verifier := w.start()
	codes := w.setUpPasskey(a)
	assert.Len(t, codes, 10)
	first := w.idToken(verifier)
	assert.Equal(t, "phr", first.ACR)
	assert.Equal(t, []string{"pwd", "pop", "user", "mfa"}, first.AMR)
	assert.Contains(t, s.kindsTo("alice@example.com"), "factor_added")
	require.Len(t, a.keys(), 1)
	assert.Equal(t, "localhost", a.keys()[0].RpID)
	assert.True(t, a.keys()[0].IsResidentCredential)

	// By the button.
	w.signOut()
	a.present(false)
	verifier = w.start()
	w.do(chromedp.WaitVisible("#passkey-submit"), chromedp.Click("#remember"))
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"))
	got := w.idToken(verifier)
	assert.Equal(t, proofs{first.Subject, "phr", []string{"pop", "user", "mfa"}}, got)
	for _, c := range call(w, network.GetCookies, network.GetCookiesParams{URLs: []string{s.url}}).Cookies {
		if c.Name == "gatehouse_session" {
			assert.False(t, c.Session, "the person asked to stay signed in")
		}
	}

	// By autofill: the person chooses the passkey where the name would be typed.
	w.signOut()
	verifier = w.start()
	assert.Equal(t, got, w.idToken(verifier))

	// The autofill is there again after the button has failed.
	w.signOut()
	a.present(false)
	verifier = w.start()
	a.verified(false)
	a.present(true)
	w.do(chromedp.WaitVisible("#passkey-submit"), chromedp.Evaluate[chromedp.Void](`const get = navigator.credentials.get.bind(navigator.credentials), asked = [];
		navigator.credentials.get = function (options) {
			asked.push(options.mediation);
			document.getElementById('passkey-form').dataset.asked = asked.join();
			return get(options);
		}; undefined`))
	w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#passkey-form [data-closed]"), chromedp.WaitVisible(`#passkey-form[data-asked="optional,conditional"]`))
	a.verified(true)
	w.do(chromedp.Click("#passkey-submit"))
	assert.Equal(t, got, w.idToken(verifier))

	// After the password.
	w.signOut()
	a.present(false)
	verifier = w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	assert.Equal(t, "passkey-submit", read(w, chromedp.Evaluate[string](`document.activeElement.id`)), "there is nothing else to do")
	a.present(true)
	w.do(chromedp.SendKeys("#passkey-submit", "\r"))
	assert.Equal(t, first, w.idToken(verifier))

	// By a recovery code, which is a code: an application that wants a passkey gets one.
	a.present(false)
	verifier = w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"), chromedp.Click("#use-recovery-code"), chromedp.WaitVisible("#code"), chromedp.SendKeys("#code", codes[0]+"\r"))
	assert.Equal(t, proofs{first.Subject, "2", []string{"pwd", "otp", "mfa"}}, w.idToken(verifier))
	verifier = w.start(oauth2.SetAuthURLParam("acr_values", "phr"))
	w.do(chromedp.WaitVisible("#factor-page"))
	assert.Regexp(t, `^\S.+ asks for a passkey of alice\.$`, read(w, chromedp.Text("#why")))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#code, .ways a').length`)), "no code will do")
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"))
	assert.Equal(t, "phr", w.idToken(verifier).ACR)
}

// A security key that keeps no passkeys is a second factor, and no way past the password.
func TestAnOlderSecurityKeyInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	a := w.securityKey()
	verifier := w.start()
	w.setUpPasskey(a)
	first := w.idToken(verifier)
	assert.Equal(t, []any{"phr", []string{"pwd", "pop", "user", "mfa"}}, []any{first.ACR, first.AMR})
	require.Len(t, a.keys(), 1)
	assert.False(t, a.keys()[0].IsResidentCredential)

	w.signOut()
	verifier = w.start()
	w.do(chromedp.WaitVisible("#passkey-submit"), chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#passkey-form [data-closed]"))
	a.present(false)
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"))
	assert.Equal(t, first, w.idToken(verifier))
}

// Where an application asks for a passkey, a browser that has none says so, and nothing else is offered.
func TestABrowserWithoutPasskeysSaysSo(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t, manyCodes))
	a := w.authenticator()
	a.present(false)
	phr := oauth2.SetAuthURLParam("acr_values", "phr")
	w.start(phr)
	w.do(login("wonderland"), chromedp.WaitVisible("#set-up-page"))
	assert.Regexp(t, `^\S.+ asks for a passkey of alice\.$`, read(w, chromedp.Text("#why")))
	w.do(chromedp.Click("#cancel"), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, "The user is signed in, but did not give the other factor that the request demands.", w.callbackParams().Get("error_description"))
	w.start(phr)
	w.do(chromedp.WaitVisible("#set-up-page"))
	unsupported := func() bool {
		return read(w, chromedp.Evaluate[bool](`document.querySelector('[data-unsupported]').checkVisibility()`))
	}
	assert.False(t, unsupported(), "this browser has them")
	without := page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.PublicKeyCredential`}
	hidden := call(w, page.AddScriptToEvaluateOnNewDocument, without)
	w.do(chromedp.Reload(), chromedp.WaitVisible("[data-unsupported]"))
	assert.Equal(t, "This browser cannot use passkeys. Sign in with another browser.", read(w, chromedp.Text("[data-unsupported]")))

	call(w, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(hidden))
	w.do(chromedp.Reload(), chromedp.WaitVisible("#passkey-submit"))
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#recovery-codes-page"))
	a.present(false)
	w.start(phr, oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"), chromedp.WaitVisible("#factor-page"))
	assert.False(t, unsupported())
	call(w, page.AddScriptToEvaluateOnNewDocument, without)
	w.do(chromedp.Reload(), chromedp.WaitVisible("[data-unsupported]"))
}
