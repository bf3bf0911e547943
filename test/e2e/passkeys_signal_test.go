package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gone waits until the authenticator has no passkeys.
func (a *authenticator) gone() bool {
	for range 100 {
		if len(a.keys()) == 0 {
			return true
		}
		a.w.do(chromedp.Evaluate[chromedp.Void](`new Promise(done => requestAnimationFrame(done)).then(() => undefined)`))
	}
	return false
}

// A passkey that was removed is named to whoever keeps it, and is offered no more.
func TestRemovedPasskeysAreNotOfferedAgain(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	w.do(chromedp.Navigate(s.url + "/login"))
	w.setUpPasskey(a)
	w.do(chromedp.WaitVisible("#landing-page"))
	var listed struct {
		Passkeys []struct{ ID string }
	}
	require.NoError(t, json.Unmarshal(s.command("user", "factors", "alice", "--json", "--dev"), &listed))
	require.Len(t, listed.Passkeys, 1)

	// The page of the person tells which ones there are: what is there stays.
	w.do(chromedp.Navigate(s.url+"/account/security/factors"), chromedp.WaitVisible("#factors-page[data-accepted]"))
	accepted := read(w, chromedp.Evaluate[string](`document.querySelector('#factors-page').dataset.accepted`))
	assert.Contains(t, accepted, `"rpId":"localhost"`)
	assert.Len(t, a.keys(), 1)

	s.command("user", "remove-passkey", "alice", listed.Passkeys[0].ID, "--dev")
	a.present(false)
	w.do(chromedp.Navigate(s.url+"/login"), chromedp.WaitVisible("#passkey-submit"))
	a.present(true)
	w.do(chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#problem"))
	assert.Equal(t, "This passkey is not known here, or not any more. Sign in in another way.", read(w, chromedp.Text("#problem")))
	assert.True(t, a.gone(), "the browser was told")
}

// A passkey that the device has made, and the server refuses, does not stay there as one that never works.
func TestRefusedPasskeysAreNotKept(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	w := newWindow(t, s)
	a := w.authenticator()
	a.present(false)
	w.do(chromedp.Navigate(s.url+"/login"), login("wonderland"), chromedp.WaitVisible("#set-up-page"))
	a.present(true)
	w.do(chromedp.SetValue("#passkey-form input[name=ceremony]", "changed"), chromedp.Click("#passkey-submit"), chromedp.WaitVisible("#problem"))
	assert.True(t, a.gone(), "the browser was told")
}
