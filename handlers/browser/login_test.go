package browser

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A page of the own account leads to the sign-in whoever is not signed in, and whoever has to be so afresh. Only the latter
// enters the password again.
func TestTheSignInForTheOwnAccountSaysWhy(t *testing.T) {
	e := newEnrolling(t)
	login := func() string {
		w := httptest.NewRecorder()
		require.NoError(t, e.ServeLoginPage(w, e.request(http.MethodGet, "/login?next=/account", "")))
		return w.Body.String()
	}
	const again, first = "Enter your password again to go on.", "Sign in to see your account."
	page := login()
	assert.Contains(t, page, first)
	assert.NotContains(t, page, again)
	e.signIn("alice")
	page = login()
	assert.Contains(t, page, "You are signed in as <strong>alice</strong>. "+again)
	assert.NotContains(t, page, first)
}
