package browser

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (e *enrolling) codesPage() string {
	e.t.Helper()
	w := httptest.NewRecorder()
	require.NoError(e.t, e.ServeRecoveryCodesPage(w, e.request(http.MethodGet, codesPath, "")))
	require.Equal(e.t, http.StatusOK, w.Code)
	e.keep(w)
	return w.Body.String()
}

// Who has no second factor has no codes, and is not sent to make new ones where there is no form for that.
func TestWhoHasNoFactorIsNotSaidToHaveSeenCodes(t *testing.T) {
	e := newEnrolling(t)
	e.signIn("alice")
	page := e.codesPage()
	assert.Contains(t, page, `id="codes-none"`)
	assert.NotContains(t, page, `id="codes-shown"`)
	assert.NotContains(t, page, `id="codes-renew"`)

	require.Contains(t, e.post(e.app(e.page(), true)).Header().Get("Location"), codesPath)
	page = e.codesPage()
	assert.Contains(t, page, `id="codes"`)
	page = e.codesPage()
	assert.Contains(t, page, `id="codes-shown"`)
	assert.Contains(t, page, `id="codes-renew"`)
	assert.NotContains(t, page, `id="codes-none"`)
}
