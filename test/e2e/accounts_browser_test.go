package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// A person without an account registers in the course of a sign-in, and ends at the application.
func TestRegistrationInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	verifier := w.start(oauth2.SetAuthURLParam("prompt", "create"))
	w.do(
		chromedp.WaitVisible("#register-page"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#email-problem"),
	)
	assert.Equal(t, "An email address or a phone number is needed.", read(w, chromedp.Text("#email-problem")))
	assert.True(t, read(w, chromedp.Evaluate[bool](`document.activeElement.matches('#email[aria-invalid]')`)))
	w.do(
		chromedp.SendKeys("#email", "alice@example.com"), chromedp.SendKeys("#username", "alice"),
		chromedp.SendKeys("#password", "password1"), chromedp.Click("#register-submit"), chromedp.WaitVisible("#username-problem"),
	)
	assert.Contains(t, read(w, chromedp.Text("#username-problem")), "Another person")
	assert.Contains(t, read(w, chromedp.Text("#password-problem")), "easy to guess")
	assert.Equal(t, "alice@example.com", read(w, chromedp.Value("#email")), "nothing that was typed is lost")
	w.do(
		chromedp.SetValue("#email", "erin@example.com"), chromedp.SetValue("#username", "erin"), chromedp.SendKeys("#password", "a long password\r"),
		chromedp.WaitVisible("#verify-page"),
	)
	assert.Contains(t, read(w, chromedp.Text("#verify-page")), "erin@example.com")
	code := s.messageTo("erin@example.com").Code
	w.do(chromedp.SendKeys("#code", "00000000\r"), chromedp.WaitVisible("#problem"))
	assert.Empty(t, read(w, chromedp.Value("#code")), "the right one is not typed in front of it")
	w.do(chromedp.Click("#verify-resend"), chromedp.WaitVisible("#sent"))
	w.do(chromedp.SendKeys("#code", code[:4]+" "+code[4:]+"\r"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	got := w.callbackParams()
	token, err := w.config.Exchange(w.ctx, got.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	assert.Contains(t, s.userInfo(token.AccessToken).body, "erin@example.com")
	assert.Equal(t, "confirm_registration", s.messageTo("erin@example.com").Kind, "the browser of the registration is no news")

	// Who has an account goes on with that, and prompt=create does not ask again.
	w.start(oauth2.SetAuthURLParam("prompt", "create"))
	w.do(chromedp.WaitVisible("#register-page"), chromedp.Click(`a[href^="/login"]`), login("wonderland"), chromedp.WaitVisible("#consent-page"))
}

// Who mistyped the address begins again with it, and so does who was outrun by another person.
func TestRegistrationAgain(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	w.start(oauth2.SetAuthURLParam("prompt", "create"))
	w.do(
		chromedp.WaitVisible("#register-page"), chromedp.SendKeys("#email", "erin@example.con"), chromedp.SendKeys("#username", "erin"),
		chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"),
	)
	assert.Contains(t, read(w, chromedp.Text("#verify-page")), "valid for 1 day. No message? Check your spam folder.")
	w.do(chromedp.Click(`main a[href^="/register"]`), chromedp.WaitVisible("#register-page"))
	assert.Equal(t, "erin@example.con", read(w, chromedp.Value("#email")))
	w.do(
		chromedp.SetValue("#email", "erin@example.com"), chromedp.SendKeys("#username", "erin"),
		chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"),
	)
	id := begun(t, s.manage("", http.MethodPost, "/users", `{"username":"erin","email":"another@example.com","password":"a long password"}`), http.StatusAccepted)
	begun(t, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+s.messageTo("another@example.com").Code, ""), http.StatusCreated)
	w.do(chromedp.SendKeys("#code", s.messageTo("erin@example.com").Code+"\r"), chromedp.WaitVisible("#problem"))
	assert.Contains(t, read(w, chromedp.Text("#problem")), "Another person has this user name")
	w.do(chromedp.Click(`main a[href^="/register"]`), chromedp.WaitVisible("#register-page"))
	assert.Equal(t, "erin@example.com", read(w, chromedp.Value("#email")))
	w.do(chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"))
	w.do(chromedp.SendKeys("#code", s.messageTo("erin@example.com").Code+"\r"), chromedp.WaitVisible("#consent-page"))
}

// In an application's flow each page names the application and leads back to it, which learns that the person
// did not sign in.
func TestAccountPagesLeadBackToTheApplication(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	cancelled := func(page string) {
		t.Helper()
		assert.Contains(t, read(w, chromedp.Text(page+" .client")), "to continue to", page)
		w.do(chromedp.EmulateViewport(390, 800), prefer("light"))
		w.screenshot("account-flow-"+page[1:], "light", 390)
		w.do(chromedp.EmulateViewport(1280, 800), prefer("dark"))
		w.screenshot("account-flow-"+page[1:], "dark", 1280)
		w.do(chromedp.Click("#cancel"), chromedp.WaitVisible("#app-page"))
		assert.Equal(t, "access_denied", w.callbackParams().Get("error"), page)
	}
	registered := func() {
		w.start(oauth2.SetAuthURLParam("prompt", "create"))
		w.do(chromedp.WaitVisible("#register-page"))
	}
	registered()
	cancelled("#register-page")
	registered()
	w.do(chromedp.SendKeys("#email", "erin@example.com"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#password-problem"))
	cancelled("#register-page")
	registered()
	w.do(chromedp.SendKeys("#email", "erin@example.com"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"))
	cancelled("#verify-page")
	recovers := func() {
		w.start()
		w.do(chromedp.WaitVisible("#login-page"), chromedp.Click(`a[href^="/recover"]`), chromedp.WaitVisible("#recover-page"))
	}
	recovers()
	cancelled("#recover-page")
	recovers()
	w.do(chromedp.SendKeys("#contact", "alice\r"), chromedp.WaitVisible("#reset-page"))
	cancelled("#reset-page")

	// A page that was opened on its own leads back nowhere, and says whose session the new account replaces.
	w.do(chromedp.Navigate(s.url+"/login"), login("wonderland"), chromedp.WaitVisible("#landing-page"))
	w.do(chromedp.Navigate(s.url+"/register"), chromedp.WaitVisible("#register-page"))
	assert.Equal(t, "You are signed in as alice. The new account’s session replaces this one.", read(w, chromedp.Text("#signed-in")))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#cancel, .client').length`)))
	w.do(chromedp.EmulateViewport(390, 800))
	w.screenshot("account-register-signed-in", "dark", 390)
}

// Who has typed an address need not type it again on the next page, in a request of an application or outside.
func TestTypedAddressesGoAlong(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	cleared := func(field string) chromedp.Action[chromedp.Void] {
		return chromedp.Evaluate[chromedp.Void](`document.querySelector('` + field + `').value = ''; undefined`)
	}
	around := func() {
		t.Helper()
		w.do(chromedp.WaitVisible("#login-page"), cleared("#username"), chromedp.SendKeys("#username", " carol+x@example.com"), chromedp.Click(`a[href^="/recover"]`), chromedp.WaitVisible("#recover-page"))
		assert.Equal(t, "carol+x@example.com", read(w, chromedp.Value("#contact")))
		w.do(cleared("#contact"), chromedp.SendKeys("#contact", "erin@example.com"), chromedp.Click(`a[href^="/login"]`), chromedp.WaitVisible("#login-page"))
		assert.Equal(t, "erin@example.com", read(w, chromedp.Value("#username")))
		w.do(chromedp.Click(`a[href^="/register"]`), chromedp.WaitVisible("#register-page"))
		assert.Equal(t, "erin@example.com", read(w, chromedp.Value("#email")))
		w.do(cleared("#email"), chromedp.SendKeys("#email", "alice@example.com"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#email-problem"))
		assert.Contains(t, read(w, chromedp.Evaluate[string](`document.querySelector('#email-problem a[href^="/recover"]').href`)), "login_hint=alice%40example.com")
		w.do(chromedp.Click(`#email-problem a[href^="/login"]`), chromedp.WaitVisible("#login-page"))
		assert.Equal(t, "alice@example.com", read(w, chromedp.Value("#username")))
	}
	w.do(chromedp.Navigate(s.url+"/register"), chromedp.WaitVisible("#register-page"), chromedp.SendKeys("#email", "frank@example.com"), chromedp.Click(`.languages [value="de"]`), chromedp.WaitVisible(`[lang="de"] #register-page`))
	assert.Equal(t, "frank@example.com", read(w, chromedp.Value("#email")), "another language loses nothing")
	w.do(chromedp.SetValue("#email", "alice@example.com"), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#email-problem"), chromedp.Click(`.languages [value="en"]`), chromedp.WaitVisible(`[lang="en"] #register-page`))
	assert.Equal(t, "alice@example.com", read(w, chromedp.Value("#email")))
	w.do(chromedp.Navigate(s.url + "/login"))
	around()
	w.start(oauth2.SetAuthURLParam("login_hint", "bob@example.com"))
	w.do(chromedp.WaitVisible("#login-page"))
	assert.Equal(t, "bob@example.com", read(w, chromedp.Value("#username")))
	around()
	w.do(chromedp.SendKeys("#password", "wonderland\r"), chromedp.WaitVisible("#consent-page"))

	// Without scripts, what the server has received goes along.
	assert.Contains(t, s.get("/login?login_hint=carol%40example.com").body, `href="/recover?login_hint=carol%40example.com"`)
	assert.Contains(t, s.get("/recover?login_hint=carol%40example.com").body, `href="/login?login_hint=carol%40example.com"`)
	assert.Contains(t, s.get("/register?login_hint=carol%40example.com").body, `href="/login?login_hint=carol%40example.com"`)
}

// The link of a message, opened in the browser of the registration, leads on to the application. Pages and
// message are in the language that the application asked for.
func TestLinksOfMessagesInTheSameBrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	w.start(oauth2.SetAuthURLParam("prompt", "create"), oauth2.SetAuthURLParam("ui_locales", "es"))
	w.do(
		chromedp.WaitVisible("#register-page"), chromedp.SendKeys("#email", "erin@example.com"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"),
	)
	assert.Equal(t, "es", read(w, chromedp.Evaluate[string](`document.documentElement.lang`)))
	m := s.messageTo("erin@example.com")
	assert.Contains(t, m.Subject, "Confirme")
	w.do(chromedp.Navigate(m.Link), chromedp.WaitVisible("#verify-page"))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#password').length`)), "the password was chosen here")
	w.do(chromedp.Click("#verify-submit"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))
}

// Who signs in before the address is confirmed, with the password that was chosen, is led to the code, and from
// there on to the application. Anybody else sees what is seen for a name that nobody has.
func TestSignInBeforeTheAddressIsConfirmed(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	begun(t, s.manage("", http.MethodPost, "/users", `{"username":"frank","email":"frank@example.com","password":"a long password"}`), http.StatusAccepted)
	first := s.messageTo("frank@example.com")
	w.start(oauth2.SetAuthURLParam("ui_locales", "de"))
	w.do(chromedp.WaitVisible("#login-page"), chromedp.SendKeys("#username", "frank@example.com"), chromedp.SendKeys("#password", "another password\r"), chromedp.WaitVisible("#problem"))
	of := read(w, chromedp.Text("#problem"))
	w.do(chromedp.SetValue("#username", "nobody@example.com"), chromedp.SendKeys("#password", "another password\r"), chromedp.WaitVisible(`#username[value="nobody@example.com"]`))
	assert.Equal(t, of, read(w, chromedp.Text("#problem")))
	w.do(chromedp.SetValue("#username", "Frank@Example.com"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"))
	assert.Contains(t, read(w, chromedp.Text("#verify-page")), "frank@example.com")
	assert.Equal(t, "de", read(w, chromedp.Evaluate[string](`document.documentElement.lang`)))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#password').length`)), "it was just typed")
	w.do(chromedp.Click("#verify-resend"), chromedp.WaitVisible("#sent"))
	again := s.messageTo("frank@example.com")
	assert.NotEqual(t, first.ID, again.ID)
	w.do(chromedp.SendKeys("#code", again.Code+"\r"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))
}

// The link of a message, opened in another browser, asks for the password that was chosen: who reads the
// message may be another person than who registered with the address.
func TestLinksOfMessagesInAnotherBrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	begun(t, s.manage("", http.MethodPost, "/users", `{"username":"frank","email":"frank@example.com","password":"a long password"}`), http.StatusAccepted)
	link := s.messageTo("frank@example.com").Link
	assert.Equal(t, http.StatusOK, s.get(link[len(s.url):]).status)
	at, err := url.Parse(link)
	require.NoError(t, err)
	upper := url.Values{"id": {strings.ToUpper(at.Query().Get("id"))}, "code": {at.Query().Get("code")}}
	assert.Contains(t, s.get("/verify?"+upper.Encode()).body, `id="verify-submit"`, "an id in upper case is the same")
	assert.NotEqual(t, http.StatusOK, s.signIn("frank", "a long password"), "a scanner that follows the link confirms nothing")
	w.do(chromedp.Navigate(link), chromedp.WaitVisible("#verify-page"), chromedp.SendKeys("#password", "a wrong password\r"), chromedp.WaitVisible("#problem"))
	w.do(chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#landing-page"))
	assert.Contains(t, read(w, chromedp.Text("#signed-in")), "frank")
	assert.Equal(t, "Your account is ready", read(w, chromedp.Text("h1")))
	assert.False(t, read(w, chromedp.Evaluate[bool](`document.querySelector('details').open`)), "documents are for developers")
	w.do(chromedp.Navigate(link), chromedp.WaitVisible("#problem"))
	assert.Contains(t, read(w, chromedp.Text("#problem")), "expired")
	assert.Equal(t, "Sign in", read(w, chromedp.Text(".ways > :first-child")), "who has used the code needs no other account")

	// A new contact is confirmed by its user alone.
	token := s.passwordToken("alice", "wonderland")
	begun(t, s.manage("Bearer "+token, http.MethodPatch, "/users/"+s.devUserID("alice")+"/request-change-contact-info", `{"email":"new@example.com"}`), http.StatusAccepted)
	link = s.messageTo("new@example.com").Link
	w.do(chromedp.Navigate(link), chromedp.WaitVisible("#verify-page"))
	assert.Contains(t, read(w, chromedp.Text("#verify-page")), "Sign in")
	w.do(chromedp.Navigate(s.url+"/login"), login("wonderland"), chromedp.WaitVisible("#landing-page"))
	assert.Equal(t, "new_sign_in", s.messageTo("alice@example.com").Kind)
	w.do(chromedp.Navigate(link), chromedp.Click("#verify-submit"), chromedp.WaitVisible("#done-page"), chromedp.Reload(), chromedp.WaitVisible("#done-page"))
	done := read(w, chromedp.Location())
	assert.Equal(t, "/", s.get(done[len(s.url):]).header.Get("Location"), "nothing was done in another browser")

	// The former address gets the account back.
	undo := s.messageTo("alice@example.com").Link
	w.do(chromedp.Navigate(undo), chromedp.WaitVisible("#undo-submit"))
	w.screenshot("account-undo", "light", 1280)
	w.do(chromedp.Click("#undo-submit"), chromedp.WaitVisible("#done-page"), chromedp.Click("#done-next"), chromedp.WaitVisible("#recover-page"))
	assert.NotEqual(t, http.StatusOK, s.signIn("alice", "wonderland"), "the password is void")
	used := s.get(undo[len(s.url):]).body
	assert.Contains(t, used, `id="problem"`, "it is said at once")
	assert.NotContains(t, used, `id="undo-submit"`)
	w.do(chromedp.Navigate(s.url + "/recover"))
	w.do(chromedp.SendKeys("#contact", "alice@example.com\r"), chromedp.WaitVisible("#reset-page"))
	w.do(chromedp.SendKeys("#code", s.messageTo("alice@example.com").Code), chromedp.SendKeys("#password", "another long password\r"), chromedp.WaitVisible("#done-page"))
	assert.Equal(t, http.StatusOK, s.signIn("alice", "another long password"))
}

// A person who forgot the password recovers in the course of a sign-in.
func TestRecoveryInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	w.start()
	w.do(chromedp.WaitVisible("#login-page"), chromedp.Click(`a[href^="/recover"]`), chromedp.WaitVisible("#recover-page"), chromedp.SendKeys("#contact", "alice\r"), chromedp.WaitVisible("#reset-page"))
	m := s.messageTo("alice@example.com")
	u, err := url.Parse(m.Link)
	require.NoError(t, err)
	assert.Equal(t, m.Code, u.Query().Get("code"))
	w.do(chromedp.SendKeys("#code", m.Code), chromedp.SendKeys("#password", "password1\r"), chromedp.WaitVisible("#problem"))
	assert.Equal(t, m.Code, read(w, chromedp.Value("#code")))
	w.do(chromedp.SetValue("#code", "00000000"), chromedp.SendKeys("#password", "another long password\r"), chromedp.WaitVisible("#code[aria-invalid]"))
	assert.Empty(t, read(w, chromedp.Value("#code")))
	w.do(chromedp.SendKeys("#code", m.Code), chromedp.SendKeys("#password", "another long password\r"), chromedp.WaitVisible("#done-page"), chromedp.Click("#done-next"))
	w.do(login("another long password"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))
	w.do(chromedp.Navigate(m.Link), chromedp.SendKeys("#password", "a third long password\r"), chromedp.WaitVisible("#problem"))
	assert.Contains(t, read(w, chromedp.Text("#problem")), "expired")
	assert.Equal(t, "Sign in", read(w, chromedp.Text(".ways > :first-child")))
}

// The browser of a registration that was confirmed on another device says so, and none else. The sign-in there
// is no news to the user.
func TestConfirmationOnAnotherDevice(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	w := newWindow(t, s)
	w.do(
		chromedp.Navigate(s.url+"/register"), chromedp.WaitVisible("#register-page"), chromedp.SendKeys("#email", "erin@example.com"),
		chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#verify-page"),
	)
	m := s.messageTo("erin@example.com")
	link, err := url.Parse(m.Link)
	require.NoError(t, err)
	id := link.Query().Get("id")
	elsewhere := newWindow(t, s)
	elsewhere.do(chromedp.Navigate(m.Link), chromedp.WaitVisible("#verify-page"))
	assert.Contains(t, read(elsewhere, chromedp.Text("#verify-page")), "press Confirm")
	elsewhere.do(chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#landing-page"))

	w.do(chromedp.Reload(), chromedp.WaitVisible("#confirmed"))
	assert.NotContains(t, s.get("/verify?id="+id).body, `id="confirmed"`, "another browser learns nothing")
	w.do(chromedp.Click(`main a[href^="/login"]`), chromedp.WaitVisible("#login-page"), chromedp.SendKeys("#username", "erin@example.com"), chromedp.SendKeys("#password", "a long password\r"), chromedp.WaitVisible("#landing-page"))
	assert.Equal(t, m.ID, s.messageTo("erin@example.com").ID, "no notice")
}
