package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// What a page asks a passkey for is worthless once the account was changed, in another tab: the person begins again.
func TestAPasskeyAfterAChangeBeginsAgain(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	authenticator := passkeytest.New(testIssuer)
	page := e.page()
	response, err := authenticator.Create([]byte(field(t, page, `data-create="([^"]*)"`)))
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, e.post(url.Values{"use": {"passkey"}, "ceremony": {field(t, page, `name="ceremony" value="([^"]*)"`)}, "response": {string(response)}}).Code)
	given := func() url.Values {
		w := httptest.NewRecorder()
		require.NoError(t, e.ServeFactorPage(w, e.request(http.MethodGet, "/factor?next="+ownFactors, "")))
		e.keep(w)
		page := w.Body.String()
		response, err := authenticator.Assert([]byte(field(t, page, `data-get="([^"]*)"`)))
		require.NoError(t, err)
		return url.Values{"use": {"passkey"}, "ceremony": {field(t, page, `name="ceremony" value="([^"]*)"`)}, "response": {string(response)}}
	}
	before := given()
	require.NoError(t, e.store.ForgetBrowsers(t.Context(), u.ID))
	stale := e.postTo("/factor", e.ServeFactor, before)
	assert.Equal(t, http.StatusSeeOther, stale.Code)
	assert.Contains(t, stale.Header().Get("Location"), "/login?")
	again := e.postTo("/factor", e.ServeFactor, given())
	assert.Equal(t, []any{http.StatusSeeOther, ownFactors}, []any{again.Code, again.Header().Get("Location")})
}

// Whoever must set up a factor has the time to find an app, which whoever has one does not need.
func TestAProofLastsAsLongAsItTakes(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	gives := func(missing error) {
		e.cookies = map[string]*http.Cookie{}
		w := httptest.NewRecorder()
		responded, err := e.Missing(w, e.request(http.MethodPost, "/login", ""), session.Start{User: u, Methods: []string{session.Password}}, "", missing)
		require.NoError(t, err)
		require.True(t, responded)
		e.keep(w)
	}
	asks := func() string {
		w := httptest.NewRecorder()
		require.NoError(t, e.ServeFactorPage(w, e.request(http.MethodGet, "/factor", "")))
		return w.Header().Get("Location")
	}
	gives(factor.ErrSetUp)
	e.advance(30*time.Minute - time.Second)
	page := e.page()
	e.advance(time.Second)
	assert.Equal(t, "/login?next="+url.QueryEscape(ownFactors), e.post(e.app(page, true)).Header().Get("Location"), "too late")
	e.advance(-time.Second)
	gives(factor.ErrSetUp)
	e.advance(20 * time.Minute)
	assert.Equal(t, http.StatusUnprocessableEntity, e.post(e.app(e.page(), false)).Code, "only the code was wrong")

	u = e.signIn("bob")
	require.Contains(t, e.post(e.app(e.page(), true)).Header().Get("Location"), codesPath)
	u, err := e.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	gives(factor.ErrProve)
	e.advance(10*time.Minute - time.Second)
	assert.Empty(t, asks())
	e.advance(time.Second)
	assert.Equal(t, "/login", asks())
}

// An account that is to be deleted is kept before anything of it is changed.
func TestAnAccountIsKeptBeforeAFactorIsSetUp(t *testing.T) {
	e := newEnrolling(t)
	u := e.signIn("alice")
	page := e.page()
	at := e.now.Add(time.Hour)
	require.NoError(t, e.store.SetDeletion(t.Context(), u.ID, &at))
	w := httptest.NewRecorder()
	require.NoError(t, e.ServeSetUpPage(w, e.request(http.MethodGet, "/set-up?next="+ownFactors, "")))
	assert.Equal(t, "/account/delete", w.Header().Get("Location"))
	assert.Equal(t, "/account/delete", e.post(e.app(page, true)).Header().Get("Location"))
	assert.Empty(t, e.factors(u))
}
