package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// withPasskey is a browser in which a user has signed in and set up a passkey, which is in the authenticator.
func (e *enrolling) withPasskey(name string, changes ...passkeytest.Change) *passkeytest.Authenticator {
	e.t.Helper()
	u := e.signIn(name)
	a := passkeytest.New(testIssuer)
	options, c, err := e.Passkeys.Creation(e.t.Context(), u)
	require.NoError(e.t, err)
	response, err := a.Create(options, changes...)
	require.NoError(e.t, err)
	_, _, err = e.Passkeys.Create(e.t.Context(), u, c, response, "", provider.ID{})
	require.NoError(e.t, err)
	return a
}

// loginPage is the sign-in page on its own.
func (e *enrolling) loginPage() string {
	e.t.Helper()
	w := httptest.NewRecorder()
	require.NoError(e.t, e.ServeLoginPage(w, e.request(http.MethodGet, "/login", "")))
	require.Equal(e.t, http.StatusOK, w.Code)
	e.keep(w)
	return w.Body.String()
}

// withIt sends what an authenticator answers to the sign-in page.
func (e *enrolling) withIt(a *passkeytest.Authenticator, page string, changes ...passkeytest.Change) *httptest.ResponseRecorder {
	e.t.Helper()
	response, err := a.Assert([]byte(field(e.t, page, `data-get="([^"]*)"`)), changes...)
	require.NoError(e.t, err)
	form := url.Values{"use": {"passkey"}, "ceremony": {field(e.t, page, `name="ceremony" value="([^"]*)"`)}, "response": {string(response)}}
	r := e.request(http.MethodPost, "/login/passkey", form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", testIssuer)
	w := httptest.NewRecorder()
	require.NoError(e.t, e.ServePasskey(w, r))
	e.keep(w)
	return w
}

// The sign-in page may be open for long before autofill or the button is used.
func TestAPasskeyWorksOnAnOlderSignInPage(t *testing.T) {
	e := newEnrolling(t)
	a := e.withPasskey("alice")
	page := e.loginPage()
	e.advance(flowLifetime - time.Second)
	assert.Equal(t, http.StatusSeeOther, e.withIt(a, page).Code)
	page = e.loginPage()
	e.advance(flowLifetime)
	assert.Equal(t, http.StatusUnprocessableEntity, e.withIt(a, page).Code)
}

// Who has a passkey that does not work any more is told what to do, at the sign-in and as a second factor.
func TestWhoHasAPasskeyIsToldWhyItIsRefused(t *testing.T) {
	t.Parallel()
	altered := &passkey.Refused{Reason: passkey.Altered}
	assert.Equal(t, pages.PasskeyAltered, wrong(pages.UsePasskey, notGiven(altered)))
	assert.Equal(t, pages.PasskeyFailed, wrong(pages.UsePasskey, notGiven(&passkey.Refused{Reason: passkey.WrongSignature})))
	for err, problem := range map[*passkey.Refused]pages.LoginProblem{
		altered:                                 pages.ChangedPasskey,
		{Reason: passkey.WrongSignature}:        pages.PasskeyRefused,
		{Reason: passkey.Unknown, Missing: "x"}: pages.PasskeyMissing,
	} {
		got, _ := refusedAs(notGiven(err))
		assert.Equal(t, problem, got)
	}
}

// A passkey that was set up without a PIN or biometrics needs the password once, which is told to nobody else.
func TestAPasskeyThatNeverVerifiedNeedsThePassword(t *testing.T) {
	e := newEnrolling(t)
	a := e.withPasskey("alice", func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserVerified })
	got := e.withIt(a, e.loginPage())
	assert.Equal(t, http.StatusUnprocessableEntity, got.Code)
	assert.Contains(t, got.Body.String(), "Sign in with your password this time")
	got = e.withIt(a, e.loginPage(), func(r *passkeytest.Response) {
		r.Signed = func(signature []byte) []byte { signature[len(signature)-1]++; return signature }
	})
	assert.Equal(t, http.StatusUnprocessableEntity, got.Code)
	assert.NotContains(t, got.Body.String(), "Sign in with your password this time")
	assert.Contains(t, got.Body.String(), "That did not work.")
}
