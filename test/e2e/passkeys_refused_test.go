package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// held opens the sign-in page, has the authenticator respond, and returns the form that the page would have sent, and
// a user agent with the cookies of the window that can send it.
func (w *window) held(a *authenticator) (url.Values, *userAgent) {
	w.t.Helper()
	a.present(false)
	w.do(chromedp.Navigate(w.server.url+"/login"), chromedp.WaitVisible("#passkey-submit"))
	w.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('passkey-form').submit = function () {
		this.dataset.held = new URLSearchParams(new FormData(this)).toString();
	}; undefined`))
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#passkey-form[data-held]"))
	form, err := url.ParseQuery(read(w, chromedp.Evaluate[string](`document.getElementById('passkey-form').dataset.held`)))
	require.NoError(w.t, err)
	p := w.server.userAgent(w.t)
	for _, c := range call(w, network.GetCookies, network.GetCookiesParams{URLs: []string{w.server.url}}).Cookies {
		p.cookies[c.Name] = c.Value
	}
	return form, p
}

// sent sends the form, and tells whether that began a session.
func (p *userAgent) sent(form url.Values) bool {
	p.t.Helper()
	got := p.request(http.MethodPost, "/login/passkey", form)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		if strings.HasSuffix(c.Name, "gatehouse_session") && c.MaxAge >= 0 {
			assert.Equal(p.t, http.StatusSeeOther, got.status)
			return true
		}
	}
	assert.Equal(p.t, http.StatusUnprocessableEntity, got.status, got.body)
	assert.Contains(p.t, got.body, `id="problem"`)
	return false
}

// What a browser responded is worth one sign-in in this browser, and only as it was.
func TestPasskeysInABrowserAreRefused(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	w.do(chromedp.Navigate(s.url + "/login"))
	w.setUpPasskey(a)
	w.do(chromedp.WaitVisible("#landing-page"))
	w.signOut()

	// The same response twice, and in another browser. It was worth a sign-in: the refusals are not for another reason.
	form, p := w.held(a)
	other := s.userAgent(t)
	other.open("/login")
	assert.False(t, other.sent(form), "another browser")
	assert.True(t, p.sent(form))
	delete(p.cookies, "gatehouse_session")
	assert.False(t, p.sent(form), "used")
	first := form
	form, p = w.held(a)
	mixed := url.Values{"ceremony": form["ceremony"], "response": first["response"]}
	assert.False(t, p.sent(mixed), "the response to another challenge")
	assert.True(t, p.sent(form))

	// The browser does not sign for pages of other origins, and not without the user.
	failed := func(address, element, said string) {
		t.Helper()
		a.present(false)
		w.do(chromedp.Navigate(address), chromedp.WaitVisible("#passkey-submit"))
		a.present(true)
		w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#passkey-form "+element))
		assert.Equal(t, said, read(w, chromedp.Text("#passkey-form "+element)))
		assert.Equal(t, 1, read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('#passkey-form p')].filter(p => !p.hidden).length`)))
	}
	failed(strings.Replace(s.url, "localhost", "127.0.0.1", 1)+"/login", "[data-failed]", "That did not work. Try again, or choose another way.")
	a.verified(false)
	failed(s.url+"/login", ".note[data-closed]", "The dialog was closed without a passkey. You can try again.")
	w.signedOut(t)
	a.verified(true)

	// An authenticator that does not verify its user says so, or its signature is wrong.
	override := func(params webauthn.SetResponseOverrideBitsParams) bool {
		params.AuthenticatorID = a.id
		call(w, webauthn.SetResponseOverrideBits, params)
		form, p := w.held(a)
		return p.sent(form)
	}
	yes, no := true, false
	assert.False(t, override(webauthn.SetResponseOverrideBitsParams{IsBadUV: &yes}), "not verified")
	assert.False(t, override(webauthn.SetResponseOverrideBitsParams{IsBadUV: &no, IsBadUP: &yes}), "not present")
	assert.False(t, override(webauthn.SetResponseOverrideBitsParams{IsBadUP: &no, IsBogusSignature: &yes}), "wrong signature")
	assert.True(t, override(webauthn.SetResponseOverrideBitsParams{IsBogusSignature: &no}))
	assert.NotContains(t, s.kindsTo("alice@example.com"), "passkey_cloned")

	// A copy, whose counter is behind. The owner is told, and can go on.
	key := a.keys()[0]
	a.remove()
	copied := w.authenticator()
	copied.add(key, 1)
	form, p = w.held(copied)
	assert.False(t, p.sent(form), "a copy")
	assert.Equal(t, "passkey_cloned", s.kindsTo("alice@example.com")[0])
	copied.remove()
	a = w.authenticator()
	a.add(key, key.SignCount)
	form, p = w.held(a)
	assert.True(t, p.sent(form), "the owner")

	// One that was removed meanwhile.
	form, p = w.held(a)
	var listed struct {
		Passkeys []struct{ ID string }
	}
	require.NoError(t, json.Unmarshal(s.command("user", "factors", "alice", "--json", "--dev"), &listed))
	require.Len(t, listed.Passkeys, 1)
	s.command("user", "remove-passkey", "alice", listed.Passkeys[0].ID, "--dev")
	assert.False(t, p.sent(form), "removed")
}
