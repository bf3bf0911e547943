package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

// An administrator goes through the console by keyboard.
func TestConsoleByKeyboard(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	focused := func(what string) bool {
		return read(w, chromedp.Evaluate[bool](`document.activeElement.matches('`+what+`')`))
	}
	w.do(
		chromedp.Navigate(s.url+"/login?next=/admin"), chromedp.WaitVisible("#login-page"),
		chromedp.SetValue("#username", "admin"), chromedp.SendKeys("#password", "looking-glass\r"), chromedp.WaitVisible("#console-overview"),
	)

	// The palette finds a user, and Enter leads there.
	w.do(chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent("alic"), chromedp.WaitVisible(`#palette [role=option][aria-selected=true]`))
	assert.True(t, focused("[role=combobox][aria-expanded=true][aria-activedescendant]"))
	w.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#console-user"), chromedp.NavigateBack(), chromedp.WaitVisible("#console-overview"))

	// What the server finds later does not move who has gone on meanwhile, and a keyboard on a screen may have no Enter.
	w.do(
		chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent("a"+kb.ArrowDown),
		chromedp.WaitVisible(`#palette [data-path^="/admin/users/"]`), chromedp.WaitVisible(`#palette-1[aria-selected=true][data-path="/admin/audit"]`),
		chromedp.Evaluate[chromedp.Void](`document.querySelector('#palette form').requestSubmit()`), chromedp.WaitVisible("#console-audit"), chromedp.NavigateBack(), chromedp.WaitVisible("#console-overview"),
	)

	// Escape closes it, and the focus is where it was. Arrows choose, also among the pages.
	w.do(chromedp.Focus(".brand"), chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent(kb.Escape), chromedp.WaitNotVisible("#palette"))
	assert.True(t, focused(".brand"))
	w.do(
		chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette-4"), chromedp.KeyEvent(strings.Repeat(kb.ArrowDown, 4)),
		chromedp.WaitVisible(`#palette-4[aria-selected=true]`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#console-users"),
	)

	// Keys go through the list, and do nothing while somebody types.
	w.do(chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.ArrowDown))
	assert.True(t, focused("tbody tr:nth-child(2) a"))
	w.do(chromedp.KeyEvent("k"))
	assert.True(t, focused("tbody tr:nth-child(1) a"))
	w.do(chromedp.Focus("#search"), chromedp.KeyEvent("j/k"))
	assert.Equal(t, "j/k", read(w, chromedp.Value("#search")))
	w.do(chromedp.Focus("tbody tr:nth-child(2) a"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#console-user"))

	// What cannot be found is said.
	w.do(chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent("nobody at all"), chromedp.WaitVisible(`#palette [role=status]:not(:empty)`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#find-none"))
	assert.Equal(t, s.url+"/admin/find", read(w, chromedp.Location()), "nothing of it is in the address")
	assert.NotContains(t, s.log.String(), "nobody at all")
}

// On a narrow window the navigation is a menu, which opens without the script, all of the bar fits, and so does a run of a
// client's flow.
func TestConsoleMenuOnAPhone(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	w.do(
		chromedp.EmulateViewport(390, 800), chromedp.Navigate(s.url+"/login?next=/admin/users"), chromedp.WaitVisible("#login-page"),
		chromedp.SetValue("#username", "admin"), chromedp.SendKeys("#password", "looking-glass\r"), chromedp.WaitVisible("#console-users"),
	)
	assert.False(t, read(w, chromedp.Evaluate[bool](`document.getElementById('menu').matches(':popover-open')`)))
	w.do(chromedp.Click(".menu-button"), chromedp.WaitVisible(`#menu a[href="/admin/tokens"]`), chromedp.Click(`#menu a[href="/admin/tokens"]`), chromedp.WaitVisible("#console-tokens"))
	w.do(chromedp.Click("[data-palette]"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent(kb.Escape), chromedp.WaitNotVisible("#palette"))
	for _, page := range []string{"tokens", "sessions", "consents", "keys", "explain", "find"} {
		w.do(chromedp.Navigate(s.url+"/admin/"+page+"?ui_locales=de"), chromedp.WaitVisible("#console-"+page))
		assert.LessOrEqual(t, read(w, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), 390, page)
	}
	w.runsAFlow()
}

// runsAFlow goes through the flow of a client by mouse, as its administrator, from the registration of the redirect URI to
// its removal.
func (w *window) runsAFlow() {
	w.t.Helper()
	s, page := w.server, w.server.url+"/admin/clients/demo-web"
	fits := func(what string) {
		w.t.Helper()
		assert.LessOrEqual(w.t, read(w, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), 390, what)
	}
	w.do(
		chromedp.Navigate(page), chromedp.Click(`a[href$="/try"].button`), chromedp.WaitVisible("#console-flow"),
		chromedp.Click("#redirect-add"), chromedp.WaitVisible("#said"), chromedp.SetValue("#prompt", "consent"), chromedp.Click("#flow-start"), chromedp.WaitVisible("#console-flow-request"),
	)
	fits("request")
	w.do(chromedp.Click("#flow-go"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#flow-exchange"))
	assert.Equal(w.t, s.url+"/admin/try/response", read(w, chromedp.Location()), "the code is in no address")
	fits("response")
	const secret = "demo-web-secret-0123456789abcdef"
	w.do(chromedp.SendKeys("#secret", secret+"\r"), chromedp.WaitVisible("#token-id_token"))
	assert.Len(w.t, w.texts("#token-id_token .findings .good"), 6)
	assert.Zero(w.t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('.findings .bad').length`)))
	fits("run")
	w.do(chromedp.Click("#step-userinfo"), chromedp.WaitVisible(`#console-flow-run[data-step="userinfo"]`))
	assert.Contains(w.t, read(w, chromedp.Evaluate[string](`document.querySelector('#console-flow-run').textContent`)), "admin@example.com")
	w.do(chromedp.SendKeys("#secret", secret), chromedp.Click("#step-revocation"), chromedp.WaitVisible(`#console-flow-run[data-step="revocation"]`))
	assert.False(w.t, read(w, chromedp.Evaluate[bool](`!!document.querySelector('#steps')`)), "nothing is left")
	w.do(chromedp.Click("#redirect-remove"), chromedp.WaitVisible("#redirect-add"))
	assert.NotContains(w.t, s.log.String(), secret)
}
