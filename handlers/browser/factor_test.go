package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
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
