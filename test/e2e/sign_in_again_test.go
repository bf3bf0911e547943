package e2e_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"golang.org/x/oauth2"
)

// Whoever is to sign in again learns why, and types no name; but may be another person, who types one.
func TestThePageSaysWhyOneSignsInAgain(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t))
	name := func() string { return read(w, chromedp.Evaluate[string](`document.getElementById('username').value`)) }
	signedIn := func() string { return read(w, chromedp.Text("#signed-in")) }
	w.do(chromedp.Navigate(w.server.url+"/account"), chromedp.WaitVisible("#login-page"))
	assert.Equal(t, "Sign in to see your account.", read(w, chromedp.Text("#see-account")))
	assert.Empty(t, name())
	verifier := w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(chromedp.WaitVisible("#login-page"))
	assert.Zero(t, read(w, chromedp.Evaluate[int](`document.querySelectorAll('#signed-in, #see-account').length`)), "nobody is signed in")
	w.do(login("wonderland"))
	subject := w.idToken(verifier).Subject

	for _, asked := range []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0")} {
		w.start(asked)
		w.do(chromedp.WaitVisible("#login-page"))
		assert.Regexp(t, `^You are signed in as alice\. .+ asks you to sign in again\.$`, signedIn())
		w.at("password")
		assert.Equal(t, "alice", name())
		w.do(chromedp.SendKeys("#password", "wrong\r"), chromedp.WaitVisible("#problem"))
		assert.Contains(t, signedIn(), "asks you to sign in again.")
	}
	verifier = w.start(oauth2.SetAuthURLParam("prompt", "select_account"))
	w.do(chromedp.WaitVisible("#login-page"))
	assert.Equal(t, "You are signed in as alice. Signing in again replaces this session.", signedIn())
	assert.Empty(t, name(), "the person chooses")
	w.do(login("wonderland"))
	assert.Equal(t, subject, w.idToken(verifier).Subject)
	w.start(oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("login_hint", "bob"))
	w.do(chromedp.WaitVisible("#login-page"))
	assert.Equal(t, "bob", name(), "the application asks for that one")
}
